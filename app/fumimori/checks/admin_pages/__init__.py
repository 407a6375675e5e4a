"""Administration pages that everybody can open: recognised by what they say, never logged in to."""
