"""The assessment file: encrypted, a transaction per change, its key in the keyring or behind a passphrase."""
