"""SSH for administrators: the login methods and algorithms that a server offers (RFC 4252, RFC 4253)."""

from collections.abc import Iterator, Sequence

from fumimori.checks.contract import Probe, ProbeContext
from fumimori.checks.listing import shown
from fumimori.checks.observations import NamedOutcome, Observations
from fumimori.checks.ssh.algorithms import graded
from fumimori.checks.ssh.facts import SSH, Facts
from fumimori.model import Attempt, ConsentLevel, Control, Outcome, Rules, Values
from fumimori.network import NotObserved, Unreachable
from fumimori.network.ssh import POST_QUANTUM, SshService

SSH_PORT = 22
ADDRESSES_MOST = 3
CHACHA = "chacha20-poly1305@openssh.com"
GROUP_EXCHANGE = "diffie-hellman-group-exchange-"


def subjects(observations: Observations) -> Sequence[str]:
    """The hosts, or `host:port`, that somebody named for administration by SSH."""
    return tuple(dict.fromkeys(observations.scope.ssh_hosts))


async def collect(subject: str, context: ProbeContext) -> Facts:
    """The facts of one SSH server; a closed port is a fact."""
    host, port = _host_and_port(subject)
    addresses = await context.network.addresses(host)
    if not addresses:
        raise Unreachable("no_address", host)
    service = await context.network.ssh_service(host, addresses[0], port)
    for address in addresses[1:ADDRESSES_MOST]:
        if service.open:
            break
        service = await context.network.ssh_service(host, address, port)
    bits = 0
    if context.thorough and any(name.startswith(GROUP_EXCHANGE) for name in service.key_exchanges):
        try:
            bits = await context.network.ssh_group_size(host, service.address, port)
        except NotObserved:
            # What the first conversation showed stays true.
            bits = 0
    return Facts(host=host, service=service, group_bits=bits)


def judge(observations: Observations, rules: Rules) -> Iterator[Outcome]:
    """How each server lets people in, and what is weak about it."""
    for attempt, facts in observations.all(SSH):
        # From where another tool looked is not known, so that it does not show what the Internet reaches.
        inside = observations.inside(attempt) or observations.tool_of(attempt) is not None
        words = [*_outcomes(facts.service, rules, inside=inside), *_group(facts, rules)]
        words += _changed(facts.service, attempt, observations)
        yield from SSH.outcomes(attempt.subject, words, ("host", facts.host), ("port", facts.service.port))


def _outcomes(service: SshService, rules: Rules, *, inside: bool) -> Iterator[NamedOutcome]:
    if not service.open:
        yield "not_reachable", ()
        return
    # other tools do not always tell the first line
    seen = service.untrusted_version or (service.key_exchanges and not service.error)
    if not seen or (service.methods is None and service.error and not service.protocol_1):
        yield "unseen", ()
    if not seen:
        return
    if service.protocol_1:
        also = service.untrusted_version.startswith("SSH-1.99")
        yield ("protocol_1_too" if also else "protocol_1"), ()
    yield from _login(service, inside=inside)
    yield from _algorithms(service, rules)


def _login(service: SshService, *, inside: bool) -> Iterator[NamedOutcome]:
    methods = service.methods
    shown: Values = (("methods", ", ".join(methods or ())),)
    by_password = methods is not None and "password" in methods
    by_dialogue = methods is not None and "keyboard-interactive" in methods
    if service.none_accepted:
        yield "none_accepted", ()
    elif by_password:
        yield ("password_inside" if inside else "password"), shown
    elif by_dialogue:
        yield "keyboard_interactive", shown
    elif methods:
        yield "keys_only", shown
    if not inside:
        only_keys = bool(methods) and not by_password and not by_dialogue
        yield ("reachable_keys" if only_keys else "reachable"), ()


def _algorithms(service: SshService, rules: Rules) -> Iterator[NamedOutcome]:
    if not service.key_exchanges:
        return
    offered = {
        "kex": service.key_exchanges,
        "hostkey": service.host_keys,
        "cipher": service.ciphers,
        "mac": service.macs,
    }
    by_grade = graded(offered, rules.tables["ssh_algorithms"])
    for grade, names in by_grade.items():
        yield f"algorithms_{grade}", (("algorithms", shown(names)),)
    yield from _host_key(service, rules)
    terrapin = _open_to_terrapin(service)
    if terrapin:
        yield "terrapin", ()
    if not any(name.startswith(POST_QUANTUM) for name in service.key_exchanges):
        yield "no_post_quantum", ()
    if not terrapin and not by_grade:
        yield "algorithms_good", ()


def _host_key(service: SshService, rules: Rules) -> Iterator[NamedOutcome]:
    """The fingerprint to compare, and what the key's length is worth; elliptic keys have one length each."""
    bits = service.host_key_bits
    if service.host_key == "ssh-rsa" and bits:
        if bits < rules.number("ssh.rsa_bits_least"):
            yield "host_key_short", (("bits", bits),)
        elif bits < rules.number("ssh.rsa_bits_good"):
            yield "host_key_modest", (("bits", bits),)
    if service.host_key_sha256:
        shown = f"SHA256:{service.host_key_sha256}"
        yield "host_key_seen", (("kind", service.host_key or "-"), ("bits", bits), ("fingerprint", shown))


def _changed(service: SshService, attempt: Attempt, observations: Observations) -> Iterator[NamedOutcome]:
    """Whether the last look before this one saw another key of the same kind."""
    if observations.tool_of(attempt) is not None or not service.host_key_sha256:
        return
    for before, facts in observations.earlier(SSH, attempt.subject):
        known = facts.service
        if known.host_key != service.host_key or not known.host_key_sha256:
            continue
        if known.host_key_sha256 != service.host_key_sha256:
            yield (
                "host_key_changed",
                (
                    ("kind", service.host_key),
                    ("before", f"SHA256:{known.host_key_sha256}"),
                    ("seen", before.ended.date().isoformat()),
                    ("fingerprint", f"SHA256:{service.host_key_sha256}"),
                ),
            )
        return


def _group(facts: Facts, rules: Rules) -> Iterator[NamedOutcome]:
    if 0 < facts.group_bits < rules.number("ssh.group_bits_least"):
        yield "group_short", (("bits", facts.group_bits),)


def _open_to_terrapin(service: SshService) -> bool:
    """Whether the handshake can be truncated (CVE-2023-48795): the vulnerable modes without the strict exchange."""
    chained = any(name.endswith("-cbc") for name in service.ciphers)
    over_sealed = any(name.endswith("-etm@openssh.com") for name in service.macs)
    return not service.strict_kex and (CHACHA in service.ciphers or (chained and over_sealed))


def _host_and_port(subject: str) -> tuple[str, int]:
    if subject.startswith("["):
        host, _, rest = subject[1:].partition("]")
        return host, int(rest.removeprefix(":") or SSH_PORT)
    if subject.count(":") == 1:
        host, _, number = subject.partition(":")
        return host, int(number)
    return subject, SSH_PORT


PROBE = Probe(
    facts=SSH,
    control=Control.SSH,
    consent=ConsentLevel.AUTHORISED,
    subjects=subjects,
    named_hosts_only=True,
    collect=collect,
    judge=judge,
    connections=1,
    connections_thorough=2,
    # Nobody's cloud server is asked: who runs the domain's mail has to be known first.
    needs=("mx",),
)
