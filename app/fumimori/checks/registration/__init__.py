"""Registration: with whom the domain is registered and until when, by RDAP (RFC 9082, 9083)."""
