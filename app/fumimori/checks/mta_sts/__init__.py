"""MTA-STS: the announcement, the policy behind it, and whether the real mail servers live up to it (RFC 8461)."""
