"""How an SSH server authenticates people, by its settings (sshd_config(5)).

Objective  Know from inside what cannot be seen from outside: the administrator's own login, exceptions for some
           people or places, empty passwords, and every algorithm that the server would agree to.
Inputs     What `sshd -T` prints; or `sshd_config`, alone or with its drop-ins as `tail -n +1 FILE…` prints them.
Steps      The first value of a keyword counts. A file that is included and was not handed over may have said it
           before: then nothing is concluded from the file. What a text does not even mention is not concluded,
           because it may be a piece; what `sshd -T` does not print, exceptions, stays unknown.
Outcomes   empty_passwords, root_password (high); password, match_password, root_password_off (medium);
           match_root, root_keys (low); second_proof, include_unseen (info); keys_only, root_closed (ok);
           algorithms_broken (high), algorithms_weak (medium), algorithms_dated (low), algorithms_good (ok).
"""

from collections.abc import Iterator, Sequence

from fumimori.checks.contract import About, Damaged, Document, ReadContext, Reader, Reading
from fumimori.checks.listing import shown
from fumimori.checks.observations import NamedOutcome, Observations
from fumimori.checks.ssh.algorithms import graded
from fumimori.checks.ssh_config.facts import KEPT, SSH_CONFIG, Facts
from fumimori.grammar.lines import beginning_of, lines_of, text_of
from fumimori.grammar.sshd_config import MatchBlock, parse_sshd
from fumimori.model import Control, Outcome, Rules

_KNOWN = KEPT | {"acceptenv", "x11forwarding", "subsystem", "include", "match", "hostkey", "printmotd", "loglevel"}
_MATCHES_MOST = 200
DECIDING = ("passwordauthentication", "permitrootlogin")
"""What the default of these means is reported only where the text mentions them, as every whole file does."""
_BY_KEYS = frozenset({"no", "prohibit-password", "without-password", "forced-commands-only"})


def accepts(document: Document) -> float:
    """By its keywords: several known ones, two of which only sshd has."""
    words: set[str] = set()
    for line in lines_of(beginning_of(document.content), 2000):
        bare = line.strip().lower()
        words.add(bare.lstrip("#").replace("=", " ").partition(" ")[0])
    own = words & {
        "permitrootlogin",
        "passwordauthentication",
        "kbdinteractiveauthentication",
        "challengeresponseauthentication",
    }
    return 0.9 if own and len(words & _KNOWN) >= 3 else 0.6 if own else 0.0


def read(document: Document, _context: ReadContext) -> Sequence[Reading[Facts]]:
    """The settings of one server; Damaged when there are none."""
    text = text_of(document.content)
    found = parse_sshd(text)
    if not found.settings and not found.matches:
        raise Damaged
    blocks = (
        MatchBlock(criteria=block.criteria, settings=tuple(pair for pair in block.settings if pair[0] in KEPT))
        for block in found.matches[:_MATCHES_MOST]
    )
    facts = Facts(
        settings=tuple(pair for pair in found.settings if pair[0] in KEPT),
        matches=tuple(block for block in blocks if block.settings),
        silent=tuple(keyword for keyword in DECIDING if keyword not in text.lower()),
        unread=found.unread,
    )
    return (Reading(subject="", facts=facts),)


def judge(observations: Observations, rules: Rules) -> Iterator[Outcome]:
    """How each server would let people in."""
    for attempt, facts in observations.all(SSH_CONFIG):
        yield from SSH_CONFIG.outcomes(attempt.subject, _outcomes(facts, rules), ("host", attempt.subject))


def _outcomes(facts: Facts, rules: Rules) -> Iterator[NamedOutcome]:
    if facts.unread:
        yield "include_unseen", (("files", shown(facts.unread)),)
        return
    if "passwordauthentication" not in facts.silent or facts.get("authenticationmethods", "any") != "any":
        yield from _login(facts)
    if "permitrootlogin" not in facts.silent:
        yield from _root(facts)
    yield from _algorithms(facts, rules)


def _login(facts: Facts) -> Iterator[NamedOutcome]:
    password, proofs = _password(facts), _second_proof(facts)
    if password and facts.get("permitemptypasswords") == "yes":
        yield "empty_passwords", ()
    if password:
        yield "password", ()
    elif proofs:
        yield "second_proof", (("methods", facts.get("authenticationmethods")),)
    else:
        excepted = [block for block in facts.matches if _password(facts, block)]
        if excepted:
            yield "match_password", (("who", shown([block.criteria for block in excepted])),)
        else:
            yield "keys_only", ()


def _root(facts: Facts) -> Iterator[NamedOutcome]:
    said = facts.get("permitrootlogin", "prohibit-password").lower()
    excepted = [
        block for block in facts.matches if (block.get("permitrootlogin") or "no").lower() != "no" and said == "no"
    ]
    if said not in _BY_KEYS:
        unknown = "passwordauthentication" in facts.silent
        yield ("root_password" if _password(facts) and not unknown else "root_password_off"), ()
    elif said != "no":
        yield "root_keys", (("value", said),)
    elif excepted:
        yield "match_root", (("who", shown([block.criteria for block in excepted])),)
    else:
        yield "root_closed", ()


def _setting(facts: Facts, block: MatchBlock | None, keyword: str, default: str) -> str:
    return ((block.get(keyword) if block else None) or facts.get(keyword, default)).lower()


def _password(facts: Facts, block: MatchBlock | None = None) -> bool:
    """Whether a password, or what a dialogue asks for, is enough to get in (within `block`)."""
    kinds = set()
    if _setting(facts, block, "passwordauthentication", "yes") == "yes":
        kinds.add("password")
    dialogue = _setting(facts, block, "kbdinteractiveauthentication", "yes") == "yes"
    if dialogue and _setting(facts, block, "usepam", "no") == "yes":
        kinds.add("keyboard-interactive")
    methods = _setting(facts, block, "authenticationmethods", "any")
    if methods == "any":
        return bool(kinds)
    return any(way.partition(":")[0] in kinds for way in methods.split())


def _second_proof(facts: Facts) -> bool:
    """Whether some way in takes a password and something that is no key."""
    ways = facts.get("authenticationmethods", "any").lower().split()
    return any("," in way and "publickey" not in way and "hostbased" not in way for way in ways)


def _algorithms(facts: Facts, rules: Rules) -> Iterator[NamedOutcome]:
    names = {"kex": "kexalgorithms", "hostkey": "hostkeyalgorithms", "cipher": "ciphers", "mac": "macs"}
    said = {kind: facts.get(keyword) for kind, keyword in names.items()}
    # A list that begins with a sign changes the server's own, which only the server can print.
    offered = {kind: value.split(",") for kind, value in said.items() if value and value[0] not in "+-^"}
    by_grade = graded(offered, rules.tables["ssh_algorithms"])
    for grade, found in by_grade.items():
        yield f"algorithms_{grade}", (("algorithms", shown(found)),)
    if len(offered) == len(names) and not by_grade:
        yield "algorithms_good", ()


READER = Reader(
    facts=SSH_CONFIG,
    control=Control.SSH,
    about=About.HOST,
    accepts=accepts,
    read=read,
    judge=judge,
)
