"""What is installed on a server, and which updates wait."""
