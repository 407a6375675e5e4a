"""What the checks of mail ports and webmail share about TLS."""
