"""How a server is maintained: automatic updates, blocked logins, logs, attachments, filter data, disks."""
