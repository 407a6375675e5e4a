"""The steps of the wizard and the way through them; no Qt."""
