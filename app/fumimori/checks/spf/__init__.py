"""SPF: one record, its whole tree of includes, and what a receiver makes of it (RFC 7208)."""
