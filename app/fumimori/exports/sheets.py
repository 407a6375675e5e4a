"""The sheets for others, as blocks: work orders, what partners may know, what staff do, what is authorised."""

from fumimori.exports.material import Material
from fumimori.exports.work_orders import RULE
from fumimori.model import ConsentLevel, Severity, Status, Verdict
from fumimori.texts import sanitize
from fumimori.wording.references import supported
from fumimori.wording.sheet import Block, CodeBlock, Heading, Paragraph, Rows, Sheet, WriteIn

PARTS = ("before", "heading", "after", "risks", "back", "proof")
"""The parts of a repair that have a heading of their own."""
_INDENT = "    "


def order_sheet(material: Material, text: str) -> Sheet:
    """The text of a work order as a sheet, with room for a name, a day and a signature at its end."""
    title, _, addressee, *lines = text.splitlines()
    parts = ("exports.order.steps", *(f"repairs.{one}" for one in PARTS))
    heads = {material.texts(key) for key in parts}
    found: list[Block] = []
    to_copy: list[str] = []
    first = False
    for line in [*lines, ""]:
        if line.startswith(_INDENT):
            to_copy.append(line.removeprefix(_INDENT))
            continue
        if to_copy:
            found.append(CodeBlock(lines=tuple(to_copy)))
            to_copy = []
        if line == RULE:
            first = True
        elif line.strip():
            said = line.strip()
            found.append(
                Heading(text=said) if first and line[0].isdigit() else Paragraph(text=said, strong=said in heads)
            )
            first = False
    say = material.texts.lines("exports.order.sign")
    return Sheet(title=title, addressee=addressee, blocks=(*found, *(WriteIn(label=one) for one in say)))


def partner_sheet(material: Material) -> Sheet:
    """What is in place, for business partners: scope, controls that are met, sender rules that are; no weakness."""
    say, wording, about, result = material.texts, material.wording, material.assessment, material.result
    met = [one.control for one in result.controls if one.verdict is Verdict.MET]
    domains = say.listed(domain.name for domain in about.scope.domains[:6])
    asked = material.rules.tables["sender_rules"].dicts()
    rules = [word for word in dict.fromkeys(row["rule"] for row in asked) if sender_rule_met(material, word)]
    kind = wording.word("kind", "quick" if about.quick else "full")
    body: list[Block] = [
        Paragraph(text=say("exports.partner.lead", name=material.organisation)),
        Rows(
            head=(),
            rows=(
                (say("exports.partner.scope"), domains or say.style.no_value),
                (say("exports.partner.day"), say.day(material.issued)),
                (say("exports.partner.kind"), kind),
            ),
            widths=(30, 70),
        ),
        Heading(text=say("exports.partner.met")),
    ]
    in_place = tuple((f"{one.printed} {wording.control(one)}", wording.word("verdict", Verdict.MET)) for one in met)
    if in_place:
        body.append(Rows(head=say.lines("exports.partner.met_heads"), rows=in_place, widths=(60, 40)))
    else:
        body.append(Paragraph(text=say("exports.partner.none")))
    body.append(Heading(text=say("exports.partner.senders")))
    kept = tuple((say(f"exports.partner.rule_{word}"), _who_asks(material, word)) for word in rules)
    if kept:
        body.append(Rows(head=say.lines("exports.partner.rule_heads"), rows=kept, widths=(45, 55)))
    else:
        body.append(Paragraph(text=say("exports.partner.none")))
    body += _schemes(material)
    sources = {(row["source"], row["since"], row["read"]): None for row in asked}
    body.append(
        Paragraph(
            text=say(
                "exports.partner.sources",
                sources=say.listed(
                    say("exports.partner.source", source=source, since=since, read=read)
                    for source, since, read in sources
                ),
            )
        )
    )
    body += [Paragraph(text=line) for line in say.lines("exports.partner.close")]
    return Sheet(title=say("exports.partner.title"), addressee="", blocks=tuple(body))


SCHEMES = ("ipa", "scs")
"""The frameworks by which Japanese companies show each other how they protect themselves."""


def _schemes(material: Material) -> list[Block]:
    """The requirements of those schemes that the assessment speaks for; nothing where there is none."""
    say = material.texts
    found = {word: supported(material.rules, material.result, word) for word in SCHEMES}
    rows = tuple((say(f"exports.partner.scheme_{word}"), say.listed(ids)) for word, ids in found.items() if ids)
    if not rows:
        return []
    return [
        Heading(text=say("exports.partner.schemes")),
        Rows(head=say.lines("exports.partner.scheme_heads"), rows=rows, widths=(45, 55)),
        Paragraph(text=say("exports.partner.scheme_note")),
    ]


def _who_asks(material: Material, rule: str) -> str:
    """The services that ask senders for `rule`, together where they mean the same senders."""
    say = material.texts
    services: dict[str, list[str]] = {}
    for row in material.rules.tables["sender_rules"].dicts():
        if row["rule"] == rule:
            services.setdefault(row["messages"], []).append(row["service"])
    words = {"0": "everybody", "": "many"}
    return say.listed(
        say(
            f"exports.partner.from_{words.get(messages, 'above')}",
            services=say.listed(named),
            messages=f"{int(messages or 0):,}",
        )
        for messages, named in services.items()
    )


def sender_rule_met(material: Material, check: str) -> bool:
    """Whether the measurement shows that the domain does what is asked: looked at, a good outcome, no fault."""
    result = material.result
    looked = any(one.probe == check and one.status is Status.COMPLETED for one in result.attempts)
    praised = any(one.code.startswith(f"{check}.") for one in result.good)
    faults = any(_about(one.code, check) and one.severity >= Severity.MEDIUM for one in result.findings)
    return looked and praised and not faults


def _about(code: str, check: str) -> bool:
    """Whether a finding is about what `check` looks at: its own, or that of a question that names it."""
    return code.startswith(f"{check}.") or check in code.replace("_", ".").split(".")


def staff_sheet(material: Material) -> Sheet:
    """What everybody does with a suspicious message or call, whom they tell, and how passwords are made."""
    say = material.texts
    body: list[Block] = []
    for part in ("message", "call", "clicked", "passwords"):
        body.append(Heading(text=say(f"exports.staff.{part}")))
        body += [
            Paragraph(text=f"{number}. {line}") for number, line in enumerate(say.lines(f"exports.staff.{part}_do"), 1)
        ]
    body.append(Heading(text=say("exports.staff.tell")))
    responsible = material.assessment.organisation.responsible.strip()
    if responsible:
        body.append(Paragraph(text=say("exports.staff.person", who=responsible), strong=True))
    body += [WriteIn(label=line) for line in say.lines("exports.staff.write")]
    return Sheet(title=say("exports.staff.title"), addressee=material.organisation, blocks=tuple(body))


def authorisation_sheet(material: Material) -> Sheet:
    """What is to be measured, how far, and what never happens, to be signed by whoever may allow it.

    The hosts are those that were shown when it was confirmed; before that, those that somebody named.
    """
    say, about = material.texts, material.assessment
    consent, scope = about.consent, about.scope
    body: list[Block] = [
        Paragraph(text=say("exports.authorisation.lead", name=material.organisation or say.style.no_value)),
        Heading(text=say("exports.authorisation.done")),
    ]
    for level in ConsentLevel:
        if level <= consent.level:
            words = f"words.consent.{int(level)}"
            label = say("ui.consent.level", number=int(level), name=say(f"{words}.name"))
            seen = say("ui.consent.server_sees", seen=say(f"{words}.server_sees"))
            told = say("exports.authorisation.level", done=say(f"{words}.we_do"), seen=seen)
            body += [Paragraph(text=label, strong=True), Paragraph(text=told)]
    body.append(Heading(text=say("exports.authorisation.never")))
    body.append(Paragraph(text=say.listed(say.lines("exports.authorisation.never_do"))))
    domains = say.listed(domain.name for domain in scope.domains)
    hosts = say.listed(consent.hosts or scope.named_hosts)
    who = " ".join(sanitize(one, 120) for one in (consent.role, consent.name) if one.strip())
    rows = [
        (say("exports.authorisation.domains"), domains or say.style.no_value),
        (say("exports.authorisation.hosts"), hosts or say("exports.authorisation.hosts_public")),
        (say("exports.authorisation.who"), who),
        (say("exports.authorisation.recorded"), say.day(consent.at) if consent.at else ""),
    ]
    body.append(Heading(text=say("exports.authorisation.targets")))
    body.append(Rows(head=(), rows=tuple(row for row in rows if row[1]), widths=(30, 70)))
    body += [Paragraph(text=line) for line in say.lines("exports.authorisation.close")]
    if consent.level is ConsentLevel.RELAY:
        body.append(Paragraph(text=say("exports.authorisation.relay")))
    body += [WriteIn(label=line) for line in say.lines("exports.authorisation.sign")]
    return Sheet(title=say("exports.authorisation.title"), addressee="", blocks=tuple(body))
