"""Whether public blocklists name the sending addresses (RFC 5782); only when somebody switched it on.

Objective  Say whether receivers that use these lists refuse the mail, without taking a refused question for a listing.
Inputs     The addresses of reverse_dns; the lists that the scope names (none by default: every question tells a third
           party whose mail is being looked at, and most lists forbid questions for business use without a contract).
Steps      DNS: first the list's own test entries (127.0.0.2 must be listed, 127.0.0.1 must not), then each address.
Outcomes   listed_severe (high): lists of spam sources and taken-over machines; listed (medium); listed_policy (info):
           an address that its provider does not mean for servers; refused (info): the list did not answer questions of
           this resolver, so nothing is known; not_listed (ok).
"""

from collections.abc import Iterator, Mapping, Sequence
from ipaddress import ip_address

from fumimori.checks.blocklists.facts import BLOCKLISTS, Facts, ListAnswer
from fumimori.checks.contract import Probe, ProbeContext
from fumimori.checks.observations import Observations
from fumimori.checks.reverse_dns import probe as reverse_dns
from fumimori.model import ConsentLevel, Control, Outcome, Rules
from fumimori.network import NotObserved
from fumimori.network.dns import DnsStatus

LISTED_TEST, CLEAN_TEST = "2.0.0.127", "1.0.0.127"


def subjects(observations: Observations) -> Sequence[str]:
    """The addresses, when lists are named; nothing else."""
    return reverse_dns.subjects(observations) if observations.scope.blocklists else ()


async def collect(subject: str, context: ProbeContext) -> Facts:
    """What each list says about one address."""
    answers = [await _asked(zone, subject, context) for zone in context.observations.scope.blocklists]
    return Facts(address=subject, answers=tuple(answers))


async def _asked(zone: str, address: str, context: ProbeContext) -> ListAnswer:
    try:
        tested = await context.network.dns(f"{LISTED_TEST}.{zone}", "A")
        if _is_refusal(tested.records):
            return ListAnswer(zone=zone, state="refused", codes=tested.records)
        clean = await context.network.dns(f"{CLEAN_TEST}.{zone}", "A")
        if tested.status is not DnsStatus.ANSWER or clean.status is DnsStatus.ANSWER:
            return ListAnswer(zone=zone, state="broken")
        pointer = ip_address(address).reverse_pointer
        answer = await context.network.dns(
            pointer.removesuffix(".in-addr.arpa").removesuffix(".ip6.arpa") + f".{zone}", "A"
        )
    except NotObserved as not_observed:
        return ListAnswer(zone=zone, state=not_observed.reason)
    if _is_refusal(answer.records):
        return ListAnswer(zone=zone, state="refused", codes=answer.records)
    listed = answer.status is DnsStatus.ANSWER and all(code.startswith("127.") for code in answer.records)
    return ListAnswer(zone=zone, state="listed" if listed else "clean", codes=answer.records)


def _is_refusal(codes: Sequence[str]) -> bool:
    """127.255.255.x: a wrong question, a public resolver, too many questions; never a listing."""
    return any(code.startswith("127.255.255.") for code in codes)


def judge(observations: Observations, rules: Rules) -> Iterator[Outcome]:
    """What each list's answer means; a list that could not be asked says nothing."""
    severe = rules.tables["blocklists"].dicts()
    for attempt, facts in observations.all(BLOCKLISTS):
        for answer in facts.answers:
            name = _word(answer, severe)
            if name:
                values = (("address", facts.address), ("zone", answer.zone), ("codes", ", ".join(answer.codes) or "-"))
                yield BLOCKLISTS.outcome(name, f"{attempt.subject} {answer.zone}", values)


def _word(answer: ListAnswer, table: Sequence[Mapping[str, str]]) -> str:
    if answer.state == "listed":
        meanings = {
            row["meaning"] for row in table if answer.zone.endswith(row["zone"]) and row["code"] in answer.codes
        }
        return next((word for word in ("listed_severe", "listed_policy") if word in meanings), "listed")
    return {"clean": "not_listed", "refused": "refused"}.get(answer.state, "")


PROBE = Probe(
    facts=BLOCKLISTS,
    control=Control.FIREWALL,
    consent=ConsentLevel.PUBLIC,
    subjects=subjects,
    third_parties=lambda scope, _rules: scope.blocklists,
    collect=collect,
    judge=judge,
    needs=("mx", "spf"),
)
