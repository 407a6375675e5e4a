"""What a product and its version mean: supported or not, known holes, behind its fixes; worded by the evidence."""

from collections.abc import Iterator, Mapping
from datetime import date

from fumimori.checks.listing import shown
from fumimori.checks.observations import NamedOutcome
from fumimori.checks.products.recognition import Recognised, release
from fumimori.grammar.versions import DebianVersion, belongs, older
from fumimori.model import Record, Rules, Table, Values

PACKAGES = {"exim": "exim4", "openssh": "openssh-server", "dovecot": "dovecot-core"}
"""Products whose package in Debian has another name."""
_SHOWN = 4


class Circumstances(Record):
    """What must be known about the place before a version means anything."""

    day: date
    """The day on which it was seen."""
    inside: bool = False
    """Seen from the organisation's own network."""
    distribution: str = ""
    """What other services of the same host show about its system."""
    release: str = ""


def state(found: Recognised, around: Circumstances, rules: Rules) -> Iterator[NamedOutcome]:
    """The outcome words about one product, with their values; nothing where nothing follows.

    Evidence C never says more than *possibly*: distributions put fixes into old versions. Where the host shows a
    distribution, C says even less: the package has to be looked at.
    """
    yield "product_seen", _values(found)
    if found.evidence == "A":
        yield from _package(found, around, rules)
    elif found.evidence == "B":
        yield from _build(found, around, rules)
    elif found.evidence == "C":
        yield from _source(found, around, rules)
    elif (row := _line(found, rules.tables["support"])) and row["cycle"] == "*":
        yield _unsupported(around), _values(found, ends="-")


def system_state(distribution: str, number: str, around: Circumstances, rules: Rules) -> Iterator[NamedOutcome]:
    """What it means that a host runs this release of a distribution."""
    for row in rules.tables["support"].dicts():
        if row["product"] == distribution.lower() and row["cycle"] == number:
            ended, extended = _ended(row, around.day), row["extended"]
            if ended and not (extended and date.fromisoformat(extended) >= around.day):
                values: Values = (("system", row["name"]), ("ends", extended or row["ends"]))
                yield ("os_unsupported_inside" if around.inside else "os_unsupported"), values
            elif ended:
                yield _extended(row), (("system", row["name"]), ("day", extended))


def data_age(rules: Rules, day: date) -> int:
    """Days between the tables about versions and `day`; 0 when the tables are younger."""
    return max(0, (day - date.fromisoformat(rules.tables["support"].date)).days)


def _package(found: Recognised, around: Circumstances, rules: Rules) -> Iterator[NamedOutcome]:
    """A package of Debian against the newest one that the tables know for the same release."""
    number = release(found, rules.tables["os_hints"])
    newest = _newest_package(found, number, rules.tables["debian_versions"])
    if newest is None:
        return
    # Banner and package name the upstream version differently (10.0p2, 10.0p1); the revision is the telling part.
    behind = DebianVersion(f"0-{found.package}") < DebianVersion(f"0-{newest.revision}")
    values = _values(found, package=found.package, newest=newest.revision, system=f"Debian {number}")
    if behind:
        yield _aged("package_behind", around, rules), values
    else:
        yield "package_current", values


def _newest_package(found: Recognised, number: str, table: Table) -> DebianVersion | None:
    name = PACKAGES.get(found.product, found.product)
    if found.distribution != "Debian" or number not in table.columns:
        return None
    row = next((row for row in table.dicts() if row["package"] == name), None)
    return DebianVersion(row[number]) if row else None


def _build(found: Recognised, around: Circumstances, rules: Rules) -> Iterator[NamedOutcome]:
    """A maker's build: what it says is certain."""
    exploited, _ = _holes(found, rules.tables["known_holes"])
    row = _line(found, rules.tables["support"])
    if exploited:
        yield "exploited", _values(found, cves=_listed(exploited))
    if row and _ended(row, around.day):
        system = found.product == "windows-server"
        shown = found if not row["name"] else _renamed(found, row["name"])
        values = _values(shown, ends=_last_day(row))
        if system:
            yield from _windows(row, around)
        elif found.product == "msexchange" and not around.inside:
            yield "unsupported_critical", values
        else:
            yield _unsupported(around), values
    elif found.product == "msexchange" and row and found.version.count(".") == 3:
        # A path names the cumulative update only; four parts name the build.
        if older(found.version, row["newest"]):
            yield _aged("build_behind", around, rules), _values(_renamed(found, row["name"]), newest=row["newest"])
        else:
            yield "build_current", _values(_renamed(found, row["name"]))


def _windows(row: Mapping[str, str], around: Circumstances) -> Iterator[NamedOutcome]:
    if row["extended"] and date.fromisoformat(row["extended"]) >= around.day:
        yield _extended(row), (("system", row["name"]), ("day", row["extended"]))
    else:
        values: Values = (("system", row["name"]), ("ends", _last_day(row)))
        yield ("os_unsupported_inside" if around.inside else "os_unsupported"), values


def _extended(row: Mapping[str, str]) -> str:
    """Debian's long-term support is automatic; Ubuntu's and Microsoft's only with a contract."""
    return "os_extended" if row["product"] == "debian" else "os_extended_paid"


def _source(found: Recognised, around: Circumstances, rules: Rules) -> Iterator[NamedOutcome]:
    """A version of the source: possibly fixed by a distribution, which the host may even show."""
    exploited, others = _holes(found, rules.tables["known_holes"])
    row = _line(found, rules.tables["support"])
    ended = row is not None and _ended(row, around.day)
    if ended and row is not None and row["everywhere"] == "yes":
        yield _unsupported(around), _values(found, ends=_last_day(row))
        return
    newest = _newest_source(found, rules.tables["support"])
    behind = bool(newest) and older(found.version, newest)
    if around.distribution:
        if exploited or others or ended or behind:
            yield "ask_package", _values(found, system=f"{around.distribution} {around.release}".strip())
        return
    if exploited:
        yield "exploited_possibly", _values(found, cves=_listed(exploited))
    if ended and row is not None:
        yield "unsupported_possibly", _values(found, ends=_last_day(row))
    elif others:
        yield "holes_possibly", _values(found, cves=_listed(others))
    elif behind and not exploited:
        yield _aged("behind_possibly", around, rules), _values(found, newest=newest)


def _holes(found: Recognised, table: Table) -> tuple[list[str], list[str]]:
    """Names of the known holes whose range holds the version: those that are exploited, and the others."""
    exploited: list[str] = []
    others: list[str] = []
    for row in table.dicts():
        begun = not row["from"] or not older(found.version, row["from"])
        if row["product"] == found.product and begun and older(found.version, row["before"]):
            (exploited if row["exploited"] else others).append(row["cve"])
    return exploited, others


def _line(found: Recognised, table: Table) -> Mapping[str, str] | None:
    """The row of the product's line that the version belongs to; for a product that is over altogether its only one."""
    rows = [row for row in table.dicts() if row["product"] == found.product]
    if found.product == "msexchange":
        year = exchange_line(found.version)
        return next((row for row in rows if row["cycle"] == year), None)
    fitting = [row for row in rows if row["cycle"] == "*" or (found.version and belongs(found.version, row["cycle"]))]
    return max(fitting, key=lambda row: len(row["cycle"]), default=None)


def exchange_line(version: str) -> str:
    """The product that an Exchange build belongs to: a year, `subscription`, or empty for Microsoft's own service."""
    parts = [int(part) for part in version.split(".") if part.isdecimal()]
    if parts[:2] == [15, 2]:
        return "subscription" if len(parts) > 2 and parts[2] >= 2562 else "2019"
    known = {(8,): "2007", (14,): "2010", (15, 0): "2013", (15, 1): "2016"}
    return known.get(tuple(parts[:1])) or known.get(tuple(parts[:2])) or ""


def _newest_source(found: Recognised, table: Table) -> str:
    """The newest release of the version's own line; empty when the tables do not know it."""
    row = _line(found, table)
    return row["newest"] if row else ""


def _ended(row: Mapping[str, str], day: date) -> bool:
    return row["ends"] == "past" or (bool(row["ends"]) and date.fromisoformat(row["ends"]) < day)


def _last_day(row: Mapping[str, str]) -> str:
    return "-" if row["ends"] == "past" else row["extended"] or row["ends"]


def _unsupported(around: Circumstances) -> str:
    return "unsupported_inside" if around.inside else "unsupported"


def _aged(word: str, around: Circumstances, rules: Rules) -> str:
    """Old tables cannot say what is newest; what they say is then for information only."""
    return "behind_data_old" if data_age(rules, around.day) > rules.number("products.data_age_days") else word


def _renamed(found: Recognised, name: str) -> Recognised:
    return Recognised(product=found.product, name=name, version=found.version, evidence=found.evidence)


def _listed(cves: list[str]) -> str:
    return shown(sorted(set(cves)), most=_SHOWN)


def _values(found: Recognised, **more: str) -> Values:
    return (("product", found.name), ("version", found.version or "-"), *more.items())
