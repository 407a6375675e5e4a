"""The days of the plan as a calendar file (RFC 5545): what is due, what ends, and when to assess again."""

from collections.abc import Iterable
from datetime import date, timedelta

from fumimori.exports.material import Material
from fumimori.model import Action
from fumimori.texts import sanitize

AGAIN_AFTER = 365
"""Days after which an assessment is repeated, as the report's last page says."""
REMIND_BEFORE = timedelta(days=7)
TEXT_MOST = 1000


def calendar(material: Material) -> bytes:
    """An all-day entry for each open action and for each day on which something ends, with a reminder a week before.

    The same assessment gives the same entries: who opens a newer file sees them replaced, not doubled.
    """
    from icalendar import Alarm, Calendar, Event

    book = Calendar()
    book.add("prodid", f"-//Fumimori {material.tool_version}//")
    book.add("version", "2.0")
    book.add("x-wr-calname", material.texts("exports.workbook", name=material.organisation))
    for identity, day, title, more in _entries(material):
        entry = Event()
        entry.add("uid", f"{identity}@{material.assessment.id}.fumimori")
        entry.add("dtstamp", material.issued)
        entry.add("dtstart", day)
        entry.add("dtend", day + timedelta(days=1))
        entry.add("summary", sanitize(title, TEXT_MOST))
        entry.add("description", "\n".join(sanitize(line, TEXT_MOST) for line in more if line))
        entry.add("transp", "TRANSPARENT")
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("trigger", -REMIND_BEFORE)
        alarm.add("description", sanitize(title, TEXT_MOST))
        entry.add_component(alarm)
        book.add_component(entry)
    return bytes(book.to_ical())


def _entries(material: Material) -> Iterable[tuple[str, date, str, tuple[str, ...]]]:
    wording, texts = material.wording, material.texts
    for action in material.open_actions:
        day = _day(action)
        if day is not None:
            title = texts("exports.calendar.due", action=wording.action(action), owner=wording.owner(action))
            yield f"due-{action.id}", day, title, (wording.why(action), wording.cost(action))
        if action.day is not None and action.event is not None:
            title = texts("exports.calendar.ends", what=texts(f"words.event.{action.event}"))
            title += wording.bracketed(action.place) if action.place else ""
            yield f"ends-{action.id}", action.day, title, (wording.action(action),)
    again = material.issued.date() + timedelta(days=AGAIN_AFTER)
    yield "again", again, texts("exports.calendar.again", name=material.organisation), ()


def _day(action: Action) -> date | None:
    agreed = action.entry.due_day if action.entry else None
    return agreed or action.due
