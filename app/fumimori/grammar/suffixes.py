"""Which part of a name somebody could register, told from its shape, because no list of suffixes is shipped."""

_SECOND_LEVEL = frozenset(
    ("ac", "ad", "co", "com", "ed", "edu", "gen", "go", "gob", "gov", "gr", "gv", "lg", "mil", "ne", "net", "or", "org")
)
"""Labels under which countries register names: co.jp, com.au, org.uk."""
_PLACES = frozenset(
    [
        "aichi",
        "akita",
        "aomori",
        "chiba",
        "ehime",
        "fukui",
        "fukuoka",
        "fukushima",
        "gifu",
        "gunma",
        "hiroshima",
        "hokkaido",
        "hyogo",
        "ibaraki",
        "ishikawa",
        "iwate",
        "kagawa",
        "kagoshima",
        "kanagawa",
        "kochi",
        "kumamoto",
        "kyoto",
        "mie",
        "miyagi",
        "miyazaki",
        "nagano",
        "nagasaki",
        "nara",
        "niigata",
        "oita",
        "okayama",
        "okinawa",
        "osaka",
        "saga",
        "saitama",
        "shiga",
        "shimane",
        "shizuoka",
        "tochigi",
        "tokushima",
        "tokyo",
        "tottori",
        "toyama",
        "wakayama",
        "yamagata",
        "yamaguchi",
        "yamanashi",
        "kawasaki",
        "kitakyushu",
        "kobe",
        "nagoya",
        "sapporo",
        "sendai",
        "yokohama",
    ]
)
"""Second-level labels of .jp below which names are registered at depths that differ from name to name."""


def registrable_part(name: str) -> str:
    """The name that a registry sells: `example.co.jp` of `mail.example.co.jp`.

    Empty for a bare suffix, and for names such as `x.chiyoda.tokyo.jp`, whose shape does not tell.
    """
    labels = name.lower().rstrip(".").split(".")
    if len(labels) > 2 and labels[-1] == "jp" and labels[-2] in _PLACES:
        return ""
    suffix = 2 if len(labels) > 1 and len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL else 1
    return ".".join(labels[-suffix - 1 :]) if len(labels) > suffix else ""
