"""A measurement that was made elsewhere: taken over, refused, or asked about when it is of another domain."""

from collections.abc import Callable
from pathlib import Path

from fumimori.gui.desk import Desk
from fumimori.gui.theme import Theme
from fumimori.gui.widgets.controls import button
from fumimori.gui.widgets.notice import Notice


def take_over(
    desk: Desk, theme: Theme, path: Path, *, widen: bool, again: Callable[[], object], leave: Callable[[], object]
) -> Notice | None:
    """Put the measurement in `path` into the assessment; else a notice that says why not, or asks first.

    `widen` is the person's word that its domain belongs to the assessment too; `again` is called when it is given,
    `leave` when it is not.
    """
    from fumimori.engine.exchange import IMPORT_LIMIT, AnotherDomainError, NotAScanError, imported, read_scan

    def say(word: str, **values: str) -> str:
        return desk.texts(f"ui.measuring.{word}", **values)

    try:
        with path.open("rb") as file:
            scan = read_scan(file.read(IMPORT_LIMIT + 1), desk.instruments)
        desk.put(imported(scan, desk.open, widen=widen))
    except (OSError, NotAScanError):
        return Notice(theme, title=say("not_a_scan"), text=f"{path.name}\n{say('not_a_scan_next')}")
    except AnotherDomainError as error:
        theirs = desk.texts.listed(error.domains)
        ours = desk.texts.listed(domain.name for domain in desk.open.scope.domains)
        return Notice(
            theme,
            title=say("other_domain", theirs=theirs, ours=ours),
            text=say("other_domain_next", theirs=theirs),
            buttons=(
                button(theme, say("other_domain_leave"), leave, name="import-leave"),
                button(theme, say("other_domain_take"), again, name="import-take"),
            ),
        )
    return None
