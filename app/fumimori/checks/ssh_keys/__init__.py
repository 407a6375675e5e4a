"""Which public keys open a server, or are with somebody (sshd(8))."""
