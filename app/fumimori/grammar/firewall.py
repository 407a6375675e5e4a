"""What a server's own firewall lets in, and who listens: `nft list ruleset`, `iptables-save`, `ufw status`, `ss -ltnp`.

Only what is certain is reported: a rule that is not understood never counts as open or closed.
"""

import unicodedata
from collections.abc import Sequence

from fumimori.grammar.lines import lines_of
from fumimori.model import Record

LINES_MOST = 50_000


class Opening(Record):
    """A rule that lets something in."""

    ports: str
    """As the rule has it: `22`, `80,443`, `ssh`; empty for all."""
    source: str = ""
    """As the rule has it; empty for the whole world."""


class Chain(Record):
    """What happens to incoming or outgoing packets."""

    hook: str
    """`input`, `forward` or `output`."""
    policy: str = ""
    """`accept` or `drop`: what happens to the rest; empty where the list does not say it."""
    accepts: tuple[Opening, ...] = ()
    refuses: tuple[Opening, ...] = ()
    """Rules that stop some ports."""
    refuses_rest: bool = False
    """A rule drops or rejects everything that came so far."""
    rules: int = 0

    @property
    def open(self) -> bool:
        """Whether everything passes that no rule stops."""
        return self.policy == "accept" and not self.refuses_rest


class Firewall(Record):
    """One firewall as it is at work."""

    kind: str
    """`nftables`, `iptables`, `ufw`, or `table` for a packet filter in front of the server."""
    chains: tuple[Chain, ...] = ()
    active: bool = True

    def of(self, hook: str) -> tuple[Chain, ...]:
        """The chains at `hook`."""
        return tuple(chain for chain in self.chains if chain.hook == hook)


class Listener(Record):
    """A program that listens for connections."""

    address: str
    """`*` for all addresses."""
    port: int
    program: str = ""

    @property
    def everywhere(self) -> bool:
        """Whether it listens on every address of the machine."""
        return self.address in ("*", "0.0.0.0", "::", "[::]")  # noqa: S104 - compared, not bound


class _Growing:
    """A chain while its rules are read."""

    def __init__(self, hook: str, policy: str) -> None:
        self.hook, self.policy = hook, policy
        self.accepts: list[Opening] = []
        self.refuses: list[Opening] = []
        self.refuses_rest = False
        self.rules = 0

    def leads_elsewhere(self) -> None:
        """Another chain may stop what comes: what happens to the rest is not known any more."""
        if self.policy == "accept":
            self.policy = ""

    def done(self) -> Chain:
        return Chain(
            hook=self.hook,
            policy=self.policy,
            accepts=tuple(self.accepts[:1000]),
            refuses=tuple(self.refuses[:1000]),
            refuses_rest=self.refuses_rest,
            rules=self.rules,
        )


def parse_nft(text: str) -> Firewall:
    """The base chains of type filter in `nft list ruleset`; never raises."""
    chains: list[_Growing] = []
    current: _Growing | None = None
    for line in lines_of(text, LINES_MOST):
        words = line.split("#", 1)[0].replace(";", " ; ").split()
        if not words:
            continue
        if words[0] == "chain" or words == ["}"]:
            current = None
        elif words[0] == "type":
            current = _nft_base(words)
            chains += [current] if current else []
        elif current is not None:
            _nft_rule(words, current)
    return Firewall(kind="nftables", chains=tuple(chain.done() for chain in chains))


def _nft_base(words: list[str]) -> _Growing | None:
    hook = words[words.index("hook") + 1] if "hook" in words[:-1] else ""
    if words[1:2] != ["filter"] or hook not in ("input", "forward", "output"):
        return None
    policy = words[words.index("policy") + 1] if "policy" in words[:-1] else "accept"
    return _Growing(hook, policy)


def _nft_rule(words: list[str], chain: _Growing) -> None:
    chain.rules += 1
    bare = [word for word in words if word not in ("counter", "log")]
    if "jump" in words or "goto" in words:
        chain.leads_elsewhere()
    verdict = next((word for word in bare if word in ("accept", "drop", "reject")), "")
    if bare[0] in ("drop", "reject") or (len(words) > 4 and words[:2] == ["counter", "packets"] and bare[-1] == "drop"):
        chain.refuses_rest = True
    elif bare[0] == "accept":
        chain.accepts.append(Opening(ports=""))
    elif verdict and "dport" in bare[:-1] and "!=" not in bare:
        opening = Opening(ports=_nft_set(bare, "dport"), source=_nft_source(bare))
        (chain.accepts if verdict == "accept" else chain.refuses).append(opening)


def _nft_set(words: list[str], name: str) -> str:
    """What stands behind `name`: one word, or a set in braces."""
    start = words.index(name) + 1
    if words[start : start + 1] != ["{"]:
        return words[start][:200]
    end = words.index("}", start) if "}" in words[start:] else len(words)
    return "".join(words[start + 1 : end])[:200]


def _nft_source(words: list[str]) -> str:
    if "saddr" in words[:-1]:
        return _nft_set(words, "saddr")
    narrows = next((word for word in words if word in ("iif", "iifname", "ct", "meta", "uid", "limit")), "")
    return "" if not narrows or (narrows == "ct" and "new" in words) else narrows


def parse_iptables(text: str) -> Firewall:
    """The filter table in `iptables-save`; never raises. What jumps to chains of its own is left out."""
    chains: dict[str, _Growing] = {}
    table = ""
    for line in lines_of(text, LINES_MOST):
        words = line.split()
        if line.startswith("*"):
            table = line[1:].strip()
        elif table != "filter" or len(words) < 2:
            continue
        elif line.startswith(":") and words[0][1:] in ("INPUT", "FORWARD", "OUTPUT"):
            hook = words[0][1:]
            chains[hook] = _Growing(hook.lower(), {"ACCEPT": "accept"}.get(words[1], "drop"))
        elif words[0] == "-A" and words[1] in chains:
            _iptables_rule(words[2:], chains[words[1]])
    return Firewall(kind="iptables", chains=tuple(chain.done() for chain in chains.values()))


def _iptables_rule(words: list[str], chain: _Growing) -> None:
    chain.rules += 1
    verdict = words[words.index("-j") + 1] if "-j" in words[:-1] else ""
    if verdict not in ("ACCEPT", "DROP", "REJECT", "LOG", "RETURN", "") or "-g" in words:
        chain.leads_elsewhere()
    said = words[: words.index("-j")] if "-j" in words else words
    if verdict in ("DROP", "REJECT") and not said:
        chain.refuses_rest = True
    elif verdict == "ACCEPT" and not said:
        chain.accepts.append(Opening(ports=""))
    elif verdict in ("ACCEPT", "DROP", "REJECT") and "!" not in said:
        flag = next((flag for flag in ("--dport", "--dports") if flag in said[:-1]), "")
        if flag:
            source = said[said.index("-s") + 1] if "-s" in said[:-1] else "-i" if "-i" in said else ""
            ports = said[said.index(flag) + 1].replace(":", "-")
            opening = Opening(ports=ports[:200], source="" if source == "0.0.0.0/0" else source[:200])
            (chain.accepts if verdict == "ACCEPT" else chain.refuses).append(opening)


def parse_ufw(text: str) -> Firewall:
    """`ufw status` or `ufw status verbose`, in English; never raises."""
    active, policy = False, ""
    accepts: list[Opening] = []
    for line in lines_of(text, LINES_MOST):
        bare = line.strip()
        if bare.startswith("Status:"):
            active = bare.endswith(" active")
        elif bare.startswith("Default:"):
            policy = "accept" if "allow (incoming)" in bare else "drop"
        elif " ALLOW" in bare and " DENY" not in bare and "ALLOW OUT" not in bare and "ALLOW FWD" not in bare:
            to, _, source = bare.partition(" ALLOW")
            source = source.removeprefix(" IN").strip()
            anybody = source.partition(" (")[0] == "Anywhere"
            ports = to.strip().partition(" ")[0].partition("/")[0].replace(":", "-")
            accepts.append(
                Opening(ports="" if ports == "Anywhere" else ports[:200], source="" if anybody else source[:200])
            )
    chain = Chain(
        hook="input", policy=policy if active else "accept", accepts=tuple(accepts[:1000]), rules=len(accepts)
    )
    return Firewall(kind="ufw", chains=(chain,), active=active)


def parse_listeners(text: str) -> tuple[Listener, ...]:
    """The programs in `ss -ltn` or `ss -ltnp`, each place once; never raises."""
    found: dict[tuple[str, int], Listener] = {}
    for line in lines_of(text, LINES_MOST):
        words = line.split()
        if len(words) < 4 or words[0] != "LISTEN":
            continue
        address, _, port = words[3].rpartition(":")
        if not port.isdecimal() or len(port) > 5:
            continue
        program = line.partition('(("')[2].partition('"')[0]
        listener = Listener(
            address=address.partition("%")[0].strip("[]")[:60] or "*", port=int(port), program=program[:40]
        )
        found.setdefault((listener.address, listener.port), listener)
    return tuple(found.values())


_PORT_HEADS = ("port", "ポート")
_SOURCE_HEADS = ("source", "cidr", "remote", "送信元", "接続元")
_ACTION_HEADS = ("action", "access", "アクション", "許可", "動作")
_DIRECTION_HEADS = ("direction", "方向", "通信方向")
_REFUSING = ("deny", "drop", "reject", "block", "拒否", "破棄", "遮断", "禁止")
_OUTWARD = ("out", "egress", "送信", "アウト")
ANYWHERE = frozenset({"", "0.0.0.0/0", "::/0", "any", "all", "*", "anywhere", "internet", "すべて", "全て", "全許可"})


def rule_columns(heading: Sequence[str]) -> dict[str, int]:
    """Which columns of a table of rules say `port`, `source`, `action`, `direction`; empty without the first two."""
    found: dict[str, int] = {}
    heads = {
        "source": _SOURCE_HEADS,
        "port": _PORT_HEADS,
        "action": _ACTION_HEADS,
        "direction": _DIRECTION_HEADS,
    }
    for place, cell in enumerate(heading[:40]):
        text = unicodedata.normalize("NFKC", cell[:60]).lower()
        for field, words in heads.items():
            if any(word in text for word in words) and field not in found:
                # A source's own port narrows nothing that matters, and is no port to reach.
                if field == "port" and any(word in text for word in _SOURCE_HEADS):
                    continue
                found[field] = place
                break
    return found if {"port", "source"} <= set(found) else {}


def parse_rule_table(rows: Sequence[Sequence[str]]) -> Firewall | None:
    """The rules of a packet filter that a provider's page exported as a table; None when it is no such table.

    Such filters stop what no rule lets in.
    """
    columns = rule_columns(rows[0]) if rows else {}
    if not columns:
        return None
    accepts: list[Opening] = []
    for row in rows[1:LINES_MOST]:
        said = {field: row[place].strip()[:200] if place < len(row) else "" for field, place in columns.items()}
        outward = any(word in said.get("direction", "").lower() for word in _OUTWARD)
        if outward or any(word in said.get("action", "").lower() for word in _REFUSING):
            continue
        ports = unicodedata.normalize("NFKC", said["port"]).lower().replace("~", "-").replace(" ", "")
        ports = "" if ports in ANYWHERE or ports == "0-65535" else ports
        source = "" if said["source"].lower() in ANYWHERE else said["source"]
        accepts.append(Opening(ports=ports, source=source))
    chain = Chain(hook="input", policy="drop", accepts=tuple(accepts[:1000]), rules=len(rows) - 1)
    return Firewall(kind="table", chains=(chain,))


def holds_port(ports: str, port: int, name: str = "") -> bool:
    """Whether a rule's ports (`22`, `80,443`, `1000-2000`, `ssh`) hold this one; a rule without ports holds all."""
    for part in ports.split(",") if ports else ("",):
        low, dash, high = part.strip().partition("-")
        if not part or (name and part.strip() == name):
            return True
        if low.isdecimal() and (
            int(low[:6]) <= port <= int(high[:6]) if dash and high.isdecimal() else int(low[:6]) == port
        ):
            return True
    return False
