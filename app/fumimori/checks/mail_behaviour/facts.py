"""Facts that the probe `mail_behaviour` records."""

from fumimori.checks.observations import FactsKey
from fumimori.model import Record
from fumimori.network.smtp import SmtpReply


class Facts(Record):
    """What one mail exchanger answered; None where it said *later* or the conversation did not get so far."""

    host: str
    domain: str
    vrfy: SmtpReply | None = None
    expn: SmtpReply | None = None
    unknown: SmtpReply | None = None
    postmaster: SmtpReply | None = None
    abuse: SmtpReply | None = None
    own_sender: SmtpReply | None = None


MAIL_BEHAVIOUR = FactsKey("mail_behaviour", Facts)
"""Key to read these facts from `Observations`."""
