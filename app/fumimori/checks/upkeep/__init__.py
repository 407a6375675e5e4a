"""How a server is kept: updates by themselves, blocked logins, logs, attachments, filter data, disks."""
