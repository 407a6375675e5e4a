"""A measurement that was made elsewhere: taken over, refused, or asked about when it is of another domain."""

from collections.abc import Callable
from pathlib import Path

from fumimori.gui.session import Session
from fumimori.gui.theme import Theme
from fumimori.gui.widgets.controls import button
from fumimori.gui.widgets.notice import Notice


def import_scan(
    session: Session, theme: Theme, path: Path, *, widen: bool, again: Callable[[], object], leave: Callable[[], object]
) -> Notice | None:
    """Put the measurement in `path` into the assessment; else a notice that says why not, or asks first.

    `widen` is the person's word that its domain belongs to the assessment too; `again` is called when it is given,
    `leave` when it is not.
    """
    from fumimori.engine.exchange import IMPORT_LIMIT, AnotherDomainError, imported, read_scan
    from fumimori.engine.scan_limits import NotAScanError
    from fumimori.foreign_file import read_at_most

    def say(word: str, **values: str) -> str:
        return session.texts(f"ui.measuring.{word}", **values)

    try:
        scan = read_scan(read_at_most(path, IMPORT_LIMIT + 1), session.toolkit, session.services.now())
        session.put(imported(scan, session.open, widen=widen))
    except (OSError, NotAScanError):
        return Notice(theme, title=say("not_a_scan"), text=f"{path.name}\n{say('not_a_scan_next')}")
    except AnotherDomainError as error:
        theirs = session.texts.listed(error.domains)
        ours = session.texts.listed(domain.name for domain in session.open.scope.domains)
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
