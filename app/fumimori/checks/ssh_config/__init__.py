"""How an SSH server is told to let people in, as its settings say (sshd_config(5))."""
