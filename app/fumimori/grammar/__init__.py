"""Grammars of the records that mail domains publish: from untrusted text to records, pure and total."""
