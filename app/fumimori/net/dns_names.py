"""Names as DNS questions carry them: A-labels (RFC 5890), with underscores (RFC 8552), 253 characters at most."""

from fumimori.grammar.domain_names import BadDomainError

_FORBIDDEN = frozenset('\\"();@$')
"""Characters that a zone file gives a meaning; no name that mail needs holds them."""


def question_name(typed: str) -> str:
    """`typed` in lower case, without trailing dot, foreign letters as A-labels; BadDomainError when it is no name."""
    text = typed.strip().rstrip(".")
    labels = [_label(label) for label in (text if text.isascii() else _mapped(text)).lower().split(".")]
    name = ".".join(labels)
    if not name or len(name) > 253:
        raise BadDomainError(typed[:100])
    return name


def _mapped(text: str) -> str:
    import idna

    try:
        return str(idna.uts46_remap(text, std3_rules=False, transitional=False))
    except (idna.IDNAError, UnicodeError):
        raise BadDomainError(text[:100]) from None


def _label(label: str) -> str:
    if label.isascii():
        if not 0 < len(label) < 64 or not all(33 <= ord(sign) < 127 and sign not in _FORBIDDEN for sign in label):
            raise BadDomainError(label[:100])
        return label
    import idna

    try:
        return idna.alabel(label).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        raise BadDomainError(label[:100]) from None
