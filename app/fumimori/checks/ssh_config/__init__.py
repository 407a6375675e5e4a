"""How an SSH server authenticates people, by its settings (sshd_config(5))."""
