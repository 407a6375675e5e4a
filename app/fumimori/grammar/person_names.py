"""Names of people as different tables write them, so that they can be compared."""

import unicodedata


def same_person(name: str) -> str:
    """`name` in one width and case and without spaces, dots and 様・さん: what is equal is taken for one person."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    letters = "".join(letter for letter in folded if not letter.isspace() and letter not in ".・,")
    for title in ("さん", "様", "氏"):
        if len(letters) > len(title) + 1:
            letters = letters.removesuffix(title)
    return letters
