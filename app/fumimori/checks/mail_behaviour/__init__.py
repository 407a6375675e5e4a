"""How a mail server treats unauthenticated clients: address questions, unknown recipients, role addresses, forged own senders."""
