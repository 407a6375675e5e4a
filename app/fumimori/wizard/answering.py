"""An answer as it becomes when somebody gives it: another value keeps the old one as history; pure."""

from datetime import datetime

import msgspec

from fumimori.model import Answer, Assessment


def answered(assessment: Assessment, question: str, value: str | None, now: datetime) -> Answer:
    """The answer `value` (None: *I do not know*) to a question, with what was said before behind it."""
    old = assessment.answer(question)
    before = next((one for one in assessment.withdrawn if one.question == question), None)
    if old is None and before is not None:
        past = (*before.history, msgspec.structs.replace(before, history=()))
        return msgspec.structs.replace(before, value=value, items=(), at=now, history=past, settled="", reason="")
    if old is None:
        return Answer(question=question, value=value, at=now)
    if old.value == value:
        return msgspec.structs.replace(old, at=now)
    past = (*old.history, msgspec.structs.replace(old, history=()))
    return msgspec.structs.replace(old, value=value, at=now, history=past, settled="", reason="", who_knows="")
