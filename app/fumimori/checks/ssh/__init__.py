"""SSH for administrators: the login methods and algorithms that a server offers (RFC 4252, RFC 4253)."""
