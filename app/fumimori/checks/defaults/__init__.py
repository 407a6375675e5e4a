"""What was left at factory defaults: certificates, and host names that no machine on the Internet has."""
