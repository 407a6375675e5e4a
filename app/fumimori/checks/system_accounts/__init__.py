"""Which accounts a server's own system has, and which of them can log in without a password or as root."""
