"""Facts that the reader `mail_config` records."""

from fumimori.checks.observations import FactsKey
from fumimori.model import Record


class Service(Record):
    """One way into the program, with what counts for it where that differs from the rest."""

    name: str
    """As in master.cf (`smtp`, `submission`, `127.0.0.1:10025`), or the names of an nginx server."""
    settings: tuple[tuple[str, str], ...] = ()


class Facts(Record):
    """The settings of one program; only those that are judged, with variables filled in."""

    program: str
    """`postfix`, `dovecot`, `nginx` or `rspamd`."""
    version: str = ""
    """Empty where the text does not say it."""
    settings: tuple[tuple[str, str], ...] = ()
    services: tuple[Service, ...] = ()
    """The ways in; empty where the text does not list them."""
    complete: bool = False
    """The text holds all that differs from the program's defaults, judged by its length."""

    def get(self, name: str, default: str = "", service: Service | None = None) -> str:
        """What counts for `name`, for `service` where it differs there; `default` where nothing is said."""
        own = service.settings if service else ()
        return next((value for key, value in (*own, *self.settings) if key == name), default)


MAIL_CONFIG = FactsKey("mail_config", Facts)
"""Key to read these facts from `Observations`."""
