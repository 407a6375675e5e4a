"""How a mail server deals with strangers: address questions, unknown recipients, role addresses, forged own senders."""
