"""Active TLS tests that need the owner's consent: sending without TLS, injected commands, renegotiation."""
