"""Which products and versions show themselves, and whether their makers still look after them."""
