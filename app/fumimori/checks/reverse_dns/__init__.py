"""The names of the sending addresses: does each address have one, does it lead back, does the server use it."""
