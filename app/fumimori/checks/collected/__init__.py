"""How far the collector of `resources/collect/` could see on a server."""
