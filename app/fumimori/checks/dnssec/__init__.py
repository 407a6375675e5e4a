"""DNSSEC of a domain and of the zones that its mail servers lie in (RFC 4035, 9364, 9904, 9905)."""
