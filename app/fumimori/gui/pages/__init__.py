"""The pages of the window, one per file, by the name that their route carries; each is loaded when it is shown."""

from collections.abc import Mapping
from importlib import import_module

from fumimori.gui.pages.page import Page

__all__ = ["PAGES", "Page", "page_class"]

PAGES: Mapping[str, str] = {
    "start": "StartPage",
    "new": "NewPage",
    "unlock": "UnlockPage",
    "key": "KeyPage",
    "organisation": "OrganisationPage",
    "environment": "EnvironmentPage",
    "consent": "ConsentPage",
    "measuring": "MeasuringPage",
    "confirm": "ConfirmPage",
    "technician": "TechnicianPage",
    "hub": "HubPage",
    "question": "QuestionPage",
    "summary": "SummaryPage",
    "interview": "InterviewPage",
    "open_points": "OpenPointsPage",
    "plan": "PlanPage",
    "report": "ReportPage",
}
"""The class of each page, in the module that has the page's name."""


def page_class(name: str) -> type[Page]:
    """The class of the page called `name`; KeyError when there is none."""
    found: type[Page] = getattr(import_module(f"{__name__}.{name}"), PAGES[name])
    return found
