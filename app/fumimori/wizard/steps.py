"""The steps of the assistant, each named once, in the order in which Next walks them."""

from dataclasses import dataclass, field
from enum import StrEnum

from fumimori.model import Control

SURROUNDINGS = "surroundings"
BLOCK = "block"
"""No step but a way in: a block's first question without an answer, else its summary."""


class Group(StrEnum):
    """The group of a step; the last three are the groups of the sidebar."""

    START = "start"
    FILE = "file"
    """About a file: what is under way with it continues only while one of these is shown."""
    PREPARATION = "preparation"
    CONTROLS = "controls"
    CONCLUSION = "conclusion"


class Needs(StrEnum):
    """What must be there before a step can be shown."""

    NOTHING = "nothing"
    ASSESSMENT = "assessment"
    RESULT = "result"
    """What follows from the assessment; the window says so while that is worked out."""


@dataclass(frozen=True)
class Step:
    """One kind of page. Its texts are `ui.<id>` and `ui.help.page.<id>`, its module is `gui/pages/<id>.py`."""

    id: str
    page: str
    """The name of the page's class."""
    group: Group
    needs: Needs = Needs.RESULT
    under: str = ""
    """A step aside: not in the sidebar and not in the row; this step is marked there meanwhile, and lies before it."""

    @property
    def label(self) -> str:
        """The key of its name in the sidebar."""
        return f"ui.sidebar.{self.id}"


@dataclass(frozen=True)
class Route:
    """A place in the assistant: a step, and the question, block or file that it shows."""

    page: str
    item: str = ""
    at: str = field(default="", compare=False)
    """What gets the keyboard there; empty for where the page begins."""


STEPS = (
    Step("start", "StartPage", Group.START, Needs.NOTHING),
    Step("about", "AboutPage", Group.START, Needs.NOTHING, under="start"),
    Step("new", "NewPage", Group.FILE, Needs.NOTHING, under="start"),
    Step("unlock", "UnlockPage", Group.FILE, Needs.NOTHING, under="start"),
    Step("key", "KeyPage", Group.FILE, Needs.ASSESSMENT, under="hub"),
    Step("organisation", "OrganisationPage", Group.PREPARATION, Needs.ASSESSMENT),
    Step("environment", "EnvironmentPage", Group.PREPARATION, Needs.ASSESSMENT),
    Step("consent", "ConsentPage", Group.PREPARATION),
    Step("measuring", "MeasuringPage", Group.PREPARATION),
    Step("confirm", "ConfirmPage", Group.PREPARATION),
    Step("technician", "TechnicianPage", Group.PREPARATION, under="confirm"),
    Step("documents", "DocumentsPage", Group.PREPARATION),
    Step("round_trip", "RoundTripPage", Group.PREPARATION, under="documents"),
    Step("hub", "HubPage", Group.CONTROLS),
    Step("registers", "RegistersPage", Group.CONTROLS, Needs.ASSESSMENT, under="hub"),
    Step("question", "QuestionPage", Group.CONTROLS, under="hub"),
    Step("summary", "SummaryPage", Group.CONTROLS, under="hub"),
    Step("interview", "InterviewPage", Group.CONTROLS, under="hub"),
    Step("open_points", "OpenPointsPage", Group.CONCLUSION),
    Step("plan", "PlanPage", Group.CONCLUSION),
    Step("report", "ReportPage", Group.CONCLUSION),
    Step("branding", "BrandingPage", Group.CONCLUSION, Needs.ASSESSMENT, under="report"),
    Step("exports", "ExportsPage", Group.CONCLUSION, under="report"),
)
ROW = tuple(one for one in STEPS if not one.under)
"""The steps that Next walks one after the other; questions and summaries come in between, by way of the hub."""

START, HUB = Route("start"), Route("hub")


def step(identity: str) -> Step:
    """The step of this name, where the way into a block counts as a question; LookupError when there is none."""
    wanted = "question" if identity == BLOCK else identity
    found = next((one for one in STEPS if one.id == wanted), None)
    if found is None:
        raise LookupError(identity)
    return found


def sidebar() -> tuple[tuple[Group, tuple[Route, ...]], ...]:
    """What the sidebar offers, by its groups: the row of steps, and every block among the controls."""
    groups = (Group.PREPARATION, Group.CONTROLS, Group.CONCLUSION)
    offered = {group: [Route(one.id) for one in ROW if one.group is group] for group in groups}
    offered[Group.CONTROLS][1:1] = [Route(BLOCK, block) for block in blocks()]
    return tuple((group, tuple(offered[group])) for group in groups)


def marked(route: Route) -> Route:
    """Which place of the sidebar is marked while somebody is at `route`."""
    if route.page == BLOCK or route.page in ("question", "summary", "interview"):
        return Route(BLOCK, block_of(route.item))
    return Route(step(route.page).under or route.page)


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
