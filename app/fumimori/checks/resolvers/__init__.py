"""Two resolvers compared, to notice that the office sees another domain than the rest of the world (split DNS)."""
