"""What a server's own firewall lets in, and which programs listen."""
