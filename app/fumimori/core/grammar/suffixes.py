"""Which part of a name somebody could register, told from its shape, because no list of suffixes is shipped."""

_SECOND_LEVEL = frozenset(
    ("ac", "ad", "co", "com", "ed", "edu", "gen", "go", "gob", "gov", "gr", "gv", "lg", "mil", "ne", "net", "or", "org")
)
"""Labels under which countries register names: co.jp, com.au, org.uk."""


def registrable_part(name: str) -> str:
    """The name that a registry sells: `example.co.jp` of `mail.example.co.jp`; empty for a bare suffix."""
    labels = name.lower().rstrip(".").split(".")
    suffix = 2 if len(labels) > 1 and len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL else 1
    return ".".join(labels[-suffix - 1 :]) if len(labels) > suffix else ""
