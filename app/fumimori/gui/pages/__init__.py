"""The pages of the window, one per file, by the name that their route carries."""

from collections.abc import Mapping

from fumimori.gui.pages.confirm import ConfirmPage
from fumimori.gui.pages.consent import ConsentPage
from fumimori.gui.pages.environment import EnvironmentPage
from fumimori.gui.pages.hub import HubPage
from fumimori.gui.pages.interview import InterviewPage
from fumimori.gui.pages.measuring import MeasuringPage
from fumimori.gui.pages.new import NewPage
from fumimori.gui.pages.open_points import OpenPointsPage
from fumimori.gui.pages.organisation import OrganisationPage
from fumimori.gui.pages.page import Page
from fumimori.gui.pages.plan import PlanPage
from fumimori.gui.pages.question import QuestionPage
from fumimori.gui.pages.report import ReportPage
from fumimori.gui.pages.start import StartPage
from fumimori.gui.pages.summary import SummaryPage
from fumimori.gui.pages.unlock import UnlockPage

__all__ = ["PAGES", "Page"]

PAGES: Mapping[str, type[Page]] = {
    "start": StartPage,
    "new": NewPage,
    "unlock": UnlockPage,
    "organisation": OrganisationPage,
    "environment": EnvironmentPage,
    "consent": ConsentPage,
    "measuring": MeasuringPage,
    "confirm": ConfirmPage,
    "hub": HubPage,
    "question": QuestionPage,
    "summary": SummaryPage,
    "interview": InterviewPage,
    "open_points": OpenPointsPage,
    "plan": PlanPage,
    "report": ReportPage,
}
