"""Tries around encryption that only an owner may allow: sending without TLS, injected commands, renegotiation."""
