"""How a mail server answers clients without a login: VRFY, unknown recipients, role addresses, forged senders."""
