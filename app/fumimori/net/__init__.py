"""The only place with sockets; every contact is written to the contact log."""
