"""What was left as it was delivered: factory certificates, and host names that no machine on the Internet has."""
