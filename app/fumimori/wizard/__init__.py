"""The assistant without a window: its steps, the way through them, and how far somebody is."""
