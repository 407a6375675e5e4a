"""Messages, and the outcomes that follow from them."""

from pathlib import Path

import msgspec

from fumimori.checks.mail_message.facts import Facts
from fumimori.model import Assessment
from loopback.readings import NOW, about, handed_over, words_of
from loopback.signed_mail import (
    DOMAIN,
)

PASSED = (
    b"dkim=pass header.i=@example.jp header.s=s1; spf=pass smtp.mailfrom=sato@example.jp; "
    b"dmarc=pass header.from=example.jp"
)


def facts_of(after: Assessment) -> Facts:
    attempt = next(one for one in after.attempts if one.probe == "mail_message")
    assert attempt.facts is not None
    return msgspec.json.decode(attempt.facts, type=Facts)


def judged(*messages: bytes, attempts=(), roots: Path | None = None, domains=(DOMAIN,), at=NOW) -> list[str]:
    _, _, outcomes = handed_over(*messages, into=about(*domains, attempts=attempts), roots=roots, at=at)
    return words_of(outcomes, "mail_message")


LOGIN = (
    b"Received: from copier ([192.175.48.9]) by mail.example.jp with ESMTPA id 3; Tue, 24 Nov 2026 09:59:00 +0900\r\n"
)
