"""What several probes share about TLS: what a service accepts, and what its certificate is worth."""
