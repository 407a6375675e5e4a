"""Where the window can be: the pages in their groups, and a place among them."""

from dataclasses import dataclass

from fumimori.model import Control

PREPARATION = ("organisation", "environment", "consent", "measuring", "confirm")
CONCLUSION = ("open_points", "plan", "report")
SURROUNDINGS = "surroundings"


@dataclass(frozen=True)
class Route:
    """A page, and the control or question that it shows."""

    page: str
    item: str = ""
    origin: str = ""
    """`summary` when a question is only changed from there."""


START = Route("start")
HUB = Route("hub")


def block_of(identity: str) -> str:
    """The control's (or the surroundings') name in a question's id."""
    return identity.partition(".")[0]


def control_of(block: str) -> Control | None:
    """The control of this name; None for the surroundings."""
    return None if block == SURROUNDINGS else Control(block)


def code_of(block: str) -> str:
    """C1 to C10, or S."""
    control = control_of(block)
    return control.printed if control else "S"


def blocks() -> tuple[str, ...]:
    """The ten controls and the surroundings."""
    return (*(control.value for control in Control), SURROUNDINGS)
