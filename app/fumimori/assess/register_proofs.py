"""What complete registers prove: rows that leave nothing of a question open; a gap proves nothing, and blames nobody.

Pure.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date

from fumimori.assess.register_contracts import SEVERAL, contracts
from fumimori.assess.register_reviews import reviewed, reviews
from fumimori.assess.register_rows import Registers, listed, outcome
from fumimori.checks.accounts.facts import ACCOUNTS
from fumimori.checks.observations import Observations
from fumimori.checks.system_accounts.facts import SYSTEM_ACCOUNTS
from fumimori.grammar.person_names import same_person
from fumimori.model import Outcome, RegisterRow

TOPICS = {"passwords": "taught_passwords", "signatures": "taught_signatures", "reporting": "taught_reporting"}
_POLICY = "mta-sts."
_REMOTE = frozenset({"login", "ssh_key", "remote"})
_NETWORK = frozenset({"router", "firewall", "vpn", "access_point"})


def _accounts(registers: Registers, observations: Observations) -> Iterator[Outcome]:
    rows = [row for row in registers.of("accounts", "account") if not row.text("closed")]
    of_kind = {
        kind: [row for row in rows if row.text("kind") == kind] for kind in ("admin", "service", "shared", "user")
    }
    admins = of_kind["admin"]
    holders = {same_person(row.text("holder")) for row in admins if row.text("holder")}
    if admins and all(_is_one(row.text("holder")) for row in admins) and _names_all(admins, observations):
        if len({row.text("account").casefold() for row in admins}) == len(admins):
            yield outcome("register_accounts.admins_own", count=len(admins))
        if holders <= {same_person(row.text("holder")) for row in of_kind["user"]}:
            yield outcome("register_accounts.admins_apart", count=len(holders))
        if (review := reviewed(registers, "access_review")) is not None:
            yield outcome("register_accounts.admins_reviewed", count=len(admins), held=review[1].isoformat())
    services = of_kind["service"]
    if services and all(row.text("holder") and (row.day("ends") or date.min) >= registers.day for row in services):
        yield outcome("register_accounts.services_dated", count=len(services))
    shared = of_kind["shared"]
    if shared and all(row.yes("own_login") for row in shared):
        yield outcome("register_accounts.shared_own", count=len(shared))


def _is_one(holder: str) -> bool:
    return bool(holder) and not SEVERAL.search(holder)


def _names_all(admins: Sequence[RegisterRow], observations: Observations) -> bool:
    """Whether administrators were read on servers or in exports, and rows name all of them.

    Root is a right, not a person; a list that nothing is held against may have any gap.
    """
    names = {row.text("account").casefold() for row in admins}
    names |= {name.partition("@")[0] for name in names}
    read = {
        one.name.casefold()
        for _, facts in observations.all(SYSTEM_ACCOUNTS)
        if facts.kind == "administrators"
        for one in facts.accounts
    }
    read |= {one.name.casefold() for _, facts in observations.all(ACCOUNTS) for one in facts.accounts if one.admin}
    read -= {"root"}
    return bool(read) and read <= names


def _training(registers: Registers, _: Observations) -> Iterator[Outcome]:
    for topic, word in TOPICS.items():
        missing, due = registers.untrained(topic)
        if due and not missing:
            yield outcome(f"register_training.{word}", count=due)


def _access(registers: Registers, _: Observations) -> Iterator[Outcome]:
    """How people of other companies get in; a key of a door is not seen from outside."""
    rows = [row for row in registers.of("access", "who") if row.yes("contractor") and row.text("kind") in _REMOTE]
    waiting = [row for row in rows if not row.text("closed")]
    always = [row for row in waiting if row.text("enabled") == "always"]
    if always:
        names = listed([f"{row.text('who')} ({row.text('what')})" for row in always])
        yield outcome("register_access.contractors_always", count=len(always), names=names)
    elif rows and all(row.text("enabled") == "for_work" for row in waiting):
        yield outcome("register_access.contractors_for_work", count=len(rows))


def _devices(registers: Registers, observations: Observations) -> Iterator[Outcome]:
    rows = [row for row in registers.of("devices", "device") if not row.text("retired")]
    carried = [row for row in rows if row.text("kind") in ("computer", "phone")]
    if carried and all(row.yes("encrypted") for row in carried):
        yield outcome("register_devices.all_encrypted", count=len(carried))
    hosting, kinds = observations.scope.hosting, {row.text("kind") for row in rows}
    needed = [{"computer"}, {"phone"}, _NETWORK, *([{"server"}] if hosting is not None and hosting.own_server else [])]
    if hosting and all(kinds & some for some in needed) and all(_is_decided(row, registers.day) for row in rows):
        yield outcome("register_devices.updates_decided", count=len(rows))


def _is_decided(row: RegisterRow, day: date) -> bool:
    """Whether the row says how the device is updated, and by whom and when next where somebody does it."""
    by_hand = row.text("updates") == "manual" and row.text("updated_by") and (row.day("next_update") or date.min) >= day
    return row.text("updates") == "automatic" or bool(by_hand)


def _certificates(registers: Registers, _: Observations) -> Iterator[Outcome]:
    rows = [row for row in registers.of("certificates", "subject") if not row.text("replaced")]
    servers = [row for row in rows if row.text("kind") == "server"]
    policy = [row for row in servers if row.text("subject").casefold().startswith(_POLICY)]
    others = [row for row in servers if row not in policy]
    if others and all(map(_is_watched, others)):
        yield outcome("register_certificates.servers_watched", count=len(others))
    if policy and all(map(_is_watched, policy)):
        yield outcome("register_certificates.policy_watched", names=listed([row.text("subject") for row in policy]))
    keys = [row for row in rows if row.text("kind") == "ssh_key"]
    owners = {same_person(row.text("holder")) for row in keys if _is_one(row.text("holder"))}
    if keys and len(owners) == len(keys) and all(row.yes("passphrase") for row in keys):
        yield outcome("register_certificates.keys_own", count=len(keys))
    if keys and all(row.text("kept") == "own_device" for row in keys):
        yield outcome("register_certificates.keys_kept", count=len(keys))


def _is_watched(row: RegisterRow) -> bool:
    return row.text("renewal") == "automatic" and row.yes("watched") is True


def _credentials(registers: Registers, _: Observations) -> Iterator[Outcome]:
    """The passwords of all servers that the register of devices names."""
    servers = {
        row.text("device").casefold(): row.text("device")
        for row in registers.of("devices", "device")
        if row.text("kind") == "server" and not row.text("retired")
    }
    rows = registers.of("credentials", "device")
    changed = {
        name
        for name in servers
        if (own := [row for row in rows if row.text("device").casefold() == name])
        and all(row.yes("changed") and row.day("changed_on") and row.text("changed_by") for row in own)
    }
    if servers and changed == set(servers):
        yield outcome("register_credentials.servers_changed", names=listed(list(servers.values())))


PROOFS: tuple[Callable[[Registers, Observations], Iterator[Outcome]], ...] = (
    reviews,
    _accounts,
    _access,
    _training,
    _devices,
    _certificates,
    _credentials,
    contracts,
)
