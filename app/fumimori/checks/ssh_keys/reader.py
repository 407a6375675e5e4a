"""Which public keys open a server, or are with somebody (sshd(8)).

Objective  A list of the keys that open the server, so that each has an owner; keys that are too short or too old.
Inputs     `authorized_keys`, one or several as `tail -n +1 FILE…` prints them; `ssh-add -l`; `ssh-keygen -l -f FILE`.
Steps      Kind, length, fingerprint, comment and the names of options are kept; the key itself is not. A private key
           is refused.
Outcomes   key_short (medium); key_modest, unnamed (low); several_accounts, listed (info); keys_strong, all_named,
           own_each (ok).
"""

from collections.abc import Iterable, Iterator, Sequence

from fumimori.checks.contract import About, Damaged, Document, ReadContext, Reader, Reading, Secret
from fumimori.checks.listing import shown
from fumimori.checks.observations import NamedOutcome, Observations
from fumimori.checks.ssh_keys.facts import SSH_KEYS, Facts
from fumimori.grammar.lines import beginning_of, text_of
from fumimori.grammar.secrets_in_text import private_key_in
from fumimori.grammar.ssh_public_keys import PublicKey, parse_public_keys
from fumimori.model import Control, Outcome, Rules, Values

_SSH_SECRETS = ("OPENSSH PRIVATE KEY", "PuTTY-User-Key-File-", "RSA PRIVATE KEY", "DSA PRIVATE KEY", "EC PRIVATE KEY")


def accepts(document: Document) -> float:
    """By keys that can be read, or by a private key, to refuse it."""
    text = beginning_of(document.content)
    if any(mark in text for mark in _SSH_SECRETS):
        return 0.9
    found = parse_public_keys(text)
    return 0.9 if found.keys and len(found.keys) >= found.unread else 0.0


def read(document: Document, _context: ReadContext) -> Sequence[Reading[Facts]]:
    """The keys of one list; Secret when a private key is in it, Damaged when there is none."""
    text = text_of(document.content)
    if private_key_in(text):
        raise Secret
    found = parse_public_keys(text)
    if not found.keys:
        raise Damaged
    # Lists of several people count side by side; one that names its files is the whole server's.
    part = "" if any(key.place for key in found.keys) else document.name[-100:]
    return (Reading(subject="", facts=Facts(keys=found.keys, unread=found.unread), part=part),)


def judge(observations: Observations, rules: Rules) -> Iterator[Outcome]:
    """What the keys of each host are worth, all lists of it together."""
    by_host: dict[str, list[PublicKey]] = {}
    for attempt, facts in observations.all(SSH_KEYS):
        by_host.setdefault(attempt.subject, []).extend(facts.keys)
    for host, keys in by_host.items():
        yield from SSH_KEYS.outcomes(host, _outcomes(keys, rules), ("host", host))


def _outcomes(keys: Sequence[PublicKey], rules: Rules) -> Iterator[NamedOutcome]:
    short = [key for key in keys if _too_short(key, rules)]
    modest = [key for key in keys if key.kind == "ssh-rsa" and 0 < key.bits < rules.number("ssh.rsa_bits_good")]
    modest = [key for key in modest if key not in short]
    if short:
        yield "key_short", _listed(short)
    if modest:
        yield "key_modest", _listed(modest)
    if not short and not modest and all(key.bits for key in keys):
        yield "keys_strong", _listed(keys)
    unnamed = [key for key in keys if not key.comment]
    yield ("unnamed", _listed(unnamed)) if unnamed else ("all_named", _listed(keys))
    shared = _in_several_accounts(keys)
    places = {key.place for key in keys}
    if shared:
        yield "several_accounts", _listed(shared)
    elif len(places) > 1 and "" not in places:
        yield "own_each", (("count", len(places)),)
    yield "listed", _listed(keys)


def _too_short(key: PublicKey, rules: Rules) -> bool:
    return key.kind == "ssh-dss" or (key.kind == "ssh-rsa" and 0 < key.bits < rules.number("ssh.rsa_bits_least"))


def _in_several_accounts(keys: Iterable[PublicKey]) -> list[PublicKey]:
    places: dict[str, dict[str, PublicKey]] = {}
    for key in keys:
        if key.place:
            places.setdefault(key.sha256, {})[key.place] = key
    return [next(iter(found.values())) for found in places.values() if len(found) > 1]


def _listed(keys: Sequence[PublicKey]) -> Values:
    names = [f"{key.comment or 'SHA256:' + key.sha256[:12]} ({_kind(key)})" for key in keys]
    return ("count", len(keys)), ("keys", shown(list(dict.fromkeys(names))))


def _kind(key: PublicKey) -> str:
    name = key.kind.removeprefix("sk-").removeprefix("ssh-").partition("@")[0].partition("-sha2")[0].upper()
    return f"{name} {key.bits}" if key.bits else name


READER = Reader(
    facts=SSH_KEYS,
    control=Control.SSH,
    about=About.HOST,
    accepts=accepts,
    read=read,
    judge=judge,
)
