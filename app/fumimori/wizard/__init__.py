"""The assistant without a window: its steps, the way through them, and the progress."""
