"""Whether an unauthenticated client can relay mail to other domains; only the envelope is tried, no message is sent."""
