"""Where a domain's mail is delivered to: MX records (RFC 5321 section 5.1), null MX (RFC 7505), and who runs it."""
