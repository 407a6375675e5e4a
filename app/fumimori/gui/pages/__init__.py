"""The pages of the window, one per file, named like the step that they show; each is loaded when it is shown."""

from importlib import import_module

from fumimori.gui.pages.page import Page
from fumimori.wizard.steps import Step

__all__ = ["Page", "page_class"]


def page_class(step: Step) -> type[Page]:
    """The class of the page that shows a step, from the module that has the step's name."""
    found: type[Page] = getattr(import_module(f"{__name__}.{step.id}"), step.page)
    return found
