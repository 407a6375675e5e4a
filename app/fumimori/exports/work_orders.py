"""A work order for each owner: only what they are to do, how, by when, what proves it, and room to confirm it."""

import re

from fumimori.exports.material import Material
from fumimori.model import Action, Finding, Owner, Repair
from fumimori.wording.repairs import repair_lines

_UNFIT = re.compile(r"[^\w.-]{1,64}")
RULE = "─" * 40


def orders(material: Material) -> dict[str, bytes]:
    """`orders/<owner>.txt`, to paste into a message or to print; UTF-8, lines ended by CR LF."""
    found: dict[str, bytes] = {}
    for number, ((owner, _role), actions) in enumerate(material.by_owner().items(), start=1):
        name = _UNFIT.sub("-", owner)[:60].strip("-.") or "owner"
        text = order(material, owner, actions).replace("\n", "\r\n")
        found[f"orders/{number:02d}-{name}.txt"] = text.encode("utf-8-sig")
    return found


def for_providers(material: Material) -> str:
    """A letter to the mail provider, with exactly the points that are theirs; empty when there is none."""
    roles = (Owner.PROVIDER, Owner.DNS)
    mine = [(owner, actions) for (owner, role), actions in material.by_owner().items() if role in roles]
    points = tuple(action for _, actions in mine for action in actions)
    return order(material, material.texts.listed(owner for owner, _ in mine), points) if points else ""


def order(material: Material, owner: str, actions: tuple[Action, ...]) -> str:
    """The work order for `owner` as text."""
    say = material.texts
    lines = [
        say("exports.order.title"),
        "",
        say.style.address.format(name=owner),
        "",
        say("exports.order.intro", name=material.organisation, day=say.day(material.issued), count=len(actions)),
        "",
    ]
    for number, action in enumerate(actions, start=1):
        lines += [RULE, *_item(material, number, action), ""]
    lines += [RULE, *say.lines("exports.order.close")]
    return "\n".join(lines) + "\n"


def _item(material: Material, number: int, action: Action) -> list[str]:
    say, wording = material.texts, material.wording
    lines = [
        f"{number}. {wording.action(action)}",
        say("exports.order.due", due=wording.due(action)),
        say("exports.order.why", why=wording.why(action)),
    ]
    where = wording.subjects(action.findings, 20)
    if where:
        lines.append(say("exports.order.where", where=where))
    if action.findings:
        lines.append(say("exports.order.numbers", numbers=wording.numbers(action.findings, 10)))
        lines += _steps(material, action.findings)
        lines += _copies(material, action.findings)
        lines += _confirmed(material, action.findings)
    return [*lines, "", say("exports.order.done")]


def _steps(material: Material, findings: tuple[Finding, ...]) -> list[str]:
    """The steps of the report's card; those of several kinds below the numbers that they repair."""
    told = material.wording.steps(findings)
    lines = ["", material.texts("exports.order.steps")] if told else []
    for numbers, steps in told:
        lines += [f"  [{numbers}]"] if len(told) > 1 else []
        lines += [f"  {number}. {step}" for number, step in enumerate(steps, start=1)]
    return lines


def _confirmed(material: Material, findings: tuple[Finding, ...]) -> list[str]:
    """What shows that it is done, as the report's card says it."""
    told = material.wording.confirmations(findings)
    said = [text if len(told) == 1 else f"[{numbers}] {text}" for numbers, text in told]
    return ["", *(material.texts("exports.order.confirm", confirm=text) for text in said)] if said else []


def _copies(material: Material, findings: tuple[Finding, ...]) -> list[str]:
    """All that the repairs of the findings say, each piece once."""
    lines = repair_lines(material.texts, Repair.joined(material.repair(finding) for finding in findings))
    return ["", *lines] if lines else []
