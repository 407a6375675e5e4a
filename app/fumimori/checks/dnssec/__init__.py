"""DNSSEC of a domain and of the zones that its mail servers are in (RFC 4035, 9364, 9904, 9905)."""
