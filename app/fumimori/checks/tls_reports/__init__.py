"""Reports about encrypted deliveries: what failed, at which MX server, and why (RFC 8460)."""
