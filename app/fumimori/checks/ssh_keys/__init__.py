"""Which public keys open a server, or lie with somebody (sshd(8))."""
