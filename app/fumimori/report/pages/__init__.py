"""One page kind per module."""
