"""The doors for administrators: how SSH lets people in, and with which algorithms (RFC 4252, RFC 4253)."""
