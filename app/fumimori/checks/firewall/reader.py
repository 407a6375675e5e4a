"""What a server's own firewall lets in, and which programs listen.

Objective  Find servers whose own firewall is off, administration that is open to the whole world, and databases or
           file shares that wait on every address; see whether port 25 is closed for the others behind it.
Inputs     `nft list ruleset`, `iptables-save`, `ufw status verbose`, `ss -ltnp`, one by one or together; the rules of a
           cloud's or provider's packet filter as a table (CSV) with columns for port and source.
Steps      Only rules that are understood count: one that leads to another chain makes the rest unknown. A provider's
           packet filter in front of the server is not seen here, so that no word says what the Internet reaches.
Outcomes   danger_listens, danger_allowed (medium); input_open, admin_open (low); listens (info); input_closed,
           admin_limited, only_needed, egress_closed (ok).
"""

from collections.abc import Iterator, Mapping, Sequence

from fumimori.checks.contract import About, Damaged, Document, ReadContext, Reader, Reading
from fumimori.checks.firewall.facts import FIREWALL, Facts
from fumimori.checks.listing import shown
from fumimori.checks.observations import NamedOutcome, Observations
from fumimori.grammar.firewall import (
    Chain,
    Firewall,
    Listener,
    holds_port,
    parse_iptables,
    parse_listeners,
    parse_nft,
    parse_rule_table,
    parse_ufw,
    rule_columns,
)
from fumimori.grammar.lines import beginning_of, text_of
from fumimori.grammar.spreadsheet import table_rows
from fumimori.grammar.xlsx import TableError
from fumimori.model import Control, Outcome, Rules

ADMIN_PORTS: Mapping[int, str] = {22: "ssh", 3389: "rdp", 5985: "wsman", 5986: "wsmans", 10000: "webmin"}
MAIL_PORT = 25
NEEDED = frozenset({22, 25, 80, 110, 143, 443, 465, 587, 993, 995, 4190})
"""Services that a mail server provides: mail, its mailboxes and their filters, webmail, and its own maintenance."""
WINDOWS_PORTS = frozenset({139, 445, 3389})
"""Ports that every Windows Server listens on, whatever its firewall allows."""
LISTENERS_MOST = 500


def accepts(document: Document) -> float:
    """By lines that only one of the programs prints."""
    return 0.9 if _kind(beginning_of(document.content)) else 0.0


def _kind(text: str) -> str:
    if "\n*filter" in f"\n{text}" and "\n:INPUT " in text:
        return "iptables"
    if "chain " in text and "hook " in text and "type filter" in text:
        return "nftables"
    if text.lstrip().startswith(("Status: active", "Status: inactive")):
        return "ufw"
    if rule_columns(_cells(text.lstrip().partition("\n")[0])):
        return "table"
    heading = text.lstrip().partition("\n")[0]
    nothing_listens = heading.startswith("State ") and "Local Address:Port" in heading
    return "listeners" if nothing_listens or parse_listeners(text) else ""


def _cells(line: str) -> list[str]:
    """The cells of a heading, whatever parts them; few, so that no sentence is taken for one."""
    cells = line.replace("\t", ",").replace(";", ",").split(",")
    return cells if len(cells) > 1 and all(len(cell.split()) < 5 for cell in cells) else []


def read(document: Document, _context: ReadContext) -> Sequence[Reading[Facts]]:
    """One firewall or one list of listeners; Damaged when there is none."""
    text = text_of(document.content)
    kind = _kind(text)
    if not kind:
        raise Damaged
    if kind == "table":
        table = _table(document.content)
        if table is None:
            raise Damaged
        facts = Facts(firewall=table)
    elif kind == "listeners":
        facts = Facts(listeners=parse_listeners(text)[:LISTENERS_MOST])
    else:
        parse = {"iptables": parse_iptables, "nftables": parse_nft, "ufw": parse_ufw}[kind]
        facts = Facts(firewall=parse(text))
    return (Reading(subject="", facts=facts, part=kind),)


def _table(octets: bytes) -> Firewall | None:
    try:
        return parse_rule_table(table_rows(octets))
    except TableError:
        return None


def judge(observations: Observations, rules: Rules) -> Iterator[Outcome]:
    """What each host lets in, as far as its own lists say."""
    hosts: dict[str, list[Facts]] = {}
    for attempt, facts in observations.all(FIREWALL):
        hosts.setdefault(attempt.subject, []).append(facts)
    for host, found in hosts.items():
        firewalls = [facts.firewall for facts in found if facts.firewall]
        listeners = [listener for facts in found for listener in facts.listeners]
        yield from FIREWALL.outcomes(host, _outcomes(firewalls, listeners, rules), ("host", host))


def _outcomes(firewalls: Sequence[Firewall], listeners: Sequence[Listener], rules: Rules) -> Iterator[NamedOutcome]:
    # ufw is worked by the rules of iptables or nftables, which say the same in a way that is harder to read.
    own = [each for each in firewalls if each.kind != "table"]
    active = [each for each in own if each.kind == "ufw" and each.active] or own
    chains = [chain for each in active for chain in each.of("input")]
    if chains and all(chain.open for chain in chains):
        yield "input_open", (("kind", shown([each.kind for each in active])),)
    elif any(_closed(chain) for chain in chains):
        yield "input_closed", ()
    before = [chain for each in firewalls if each.kind == "table" for chain in each.of("input")]
    closed = [chain for chain in (*chains, *before) if _closed(chain)]
    openings = sorted({port for chain in closed for port in _admin_ports(chain)})
    if openings:
        yield "admin_open", (("ports", shown([f"{port} ({ADMIN_PORTS[port]})" for port in openings])),)
    elif closed:
        yield "admin_limited", ()
    table = _dangerous(rules)
    allowed = sorted({port for port in table if _let_in(port, closed) and port not in ADMIN_PORTS})
    if allowed:
        yield "danger_allowed", (("services", shown([f"{table[port]} ({port})" for port in allowed])),)
    yield from _listens(listeners, chains, table)
    forward = [chain for each in active for chain in each.of("forward")]
    if any(holds_port(rule.ports, MAIL_PORT, "smtp") and rule.ports for chain in forward for rule in chain.refuses):
        yield "egress_closed", ()


def _closed(chain: Chain) -> bool:
    """Whether everything is stopped that no rule lets in, and no rule lets in everything."""
    everything = any(not rule.ports and not rule.source for rule in chain.accepts)
    return (chain.policy == "drop" or chain.refuses_rest) and not everything


def _admin_ports(chain: Chain) -> Iterator[int]:
    for rule in chain.accepts:
        if not rule.source and rule.ports:
            yield from (port for port, name in ADMIN_PORTS.items() if holds_port(rule.ports, port, name))


def _dangerous(rules: Rules) -> dict[int, str]:
    """The ports that nobody outside should reach, and what answers there."""
    rows = rules.tables["exposed_services"].dicts()
    return {int(row["port"]): row["service"] for row in rows if row["outcome"] in ("dangerous", "rdp")}


def _listens(
    listeners: Sequence[Listener], chains: Sequence[Chain], table: Mapping[int, str]
) -> Iterator[NamedOutcome]:
    everywhere = sorted({listener.port: listener for listener in listeners if listener.everywhere}.items())
    closed = any(_closed(chain) for chain in chains)
    bad = [port for port, _ in everywhere if port in table and not (closed and not _let_in(port, chains))]
    bad = [port for port in bad if chains or port not in WINDOWS_PORTS]
    if bad:
        yield "danger_listens", (("services", shown([f"{table[port]} ({port})" for port in bad])),)
    if everywhere:
        names = [f"{port} {listener.program}".strip() for port, listener in everywhere]
        yield "listens", (("count", len(everywhere)), ("services", shown(names)))
        if all(port in NEEDED for port, _ in everywhere):
            yield "only_needed", (("services", shown(names)),)


def _let_in(port: int, chains: Sequence[Chain]) -> bool:
    """Whether some rule that names ports lets anybody in on this one."""
    return any(
        rule.ports and holds_port(rule.ports, port) and not rule.source for chain in chains for rule in chain.accepts
    )


READER = Reader(
    facts=FIREWALL,
    control=Control.FIREWALL,
    about=About.HOST,
    accepts=accepts,
    read=read,
    judge=judge,
)
