"""TLS-RPT: whether others are told where to report failed encrypted deliveries (RFC 8460)."""
