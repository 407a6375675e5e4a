"""The automatic settings for mail programs: encrypted connections or clear ones (RFC 6186, RFC 8314)."""
