"""The ports of mail: TLS before passwords, versions and suites, certificates (RFC 8314, 8996, 9325, 9525)."""
