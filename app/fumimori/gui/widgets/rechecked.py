"""The result for the findings that were measured again: gone or still there, and the grade before and after."""

from fumimori.gui.session import Session
from fumimori.gui.theme import Theme
from fumimori.gui.widgets.notice import Notice
from fumimori.wording.words import Words


def rechecked(session: Session, theme: Theme) -> Notice | None:
    """The notice above the plan; None when the last run was another kind of run."""
    known, t = session.measuring.rechecked, session.texts
    if known is None:
        return None
    if session.measuring.running:
        return Notice(theme, title=t("ui.rechecked.running"), text=t("ui.rechecked.running_next"), icon="rotate-ccw")
    from fumimori.engine import recheck_result

    words, found, after = (
        Words(t, session.result.bank),
        recheck_result(known.findings, session.result),
        session.result.grade,
    )
    told = {
        "gone": t.listed(dict.fromkeys(words.title(finding) for finding in found.fixed)),
        "still": t.listed(dict.fromkeys(words.title(finding) for finding in found.remaining)),
    }
    lines = [t(f"ui.rechecked.{key}", titles=titles) for key, titles in told.items() if titles]
    lines += [t("ui.rechecked.unseen")] if found.incomplete or session.measuring.fault else []
    before = known.before
    lines.append(
        t(
            "ui.rechecked.grade",
            before=before.letter or "－",
            after=after.letter or "－",
            score_before=before.score_low,
            score_after=after.score_low,
        )
    )
    title = t(
        "ui.rechecked.open" if found.remaining or found.incomplete or session.measuring.fault else "ui.rechecked.done"
    )
    return Notice(theme, title=title, text="\n".join(lines), icon="info" if found.remaining else "circle-check")
