"""One wizard page per file."""
