"""TLS-RPT: whether a record says where to report failed encrypted deliveries (RFC 8460)."""
