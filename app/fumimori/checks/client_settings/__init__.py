"""Where mail programs that set themselves up are sent: encrypted doors or clear ones (RFC 6186, RFC 8314)."""
