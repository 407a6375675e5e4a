"""What was measured, as the two tables that a technician works with: mail servers and ports."""

from fumimori.gui.pages.page import Page
from fumimori.gui.widgets.notice import Notice
from fumimori.gui.widgets.table import Table
from fumimori.wording.tables import mail_servers, ports

SHOWN = 200


class TechnicianPage(Page):
    """Nothing here needs to be understood to go on."""

    @property
    def widest(self) -> int:
        """Tables need more room than running text."""
        return self.theme.px(1080)

    def build(self) -> None:
        """Both tables, each with its name."""
        t, session = self.t, self.session
        self.prose("lead", quiet=True)
        servers, open_ports = mail_servers(t, session.open)[:SHOWN], ports(t, session.result)[:SHOWN]
        if not servers and not open_ports:
            self.add(Notice(self.theme, title=self.say("nothing"), text=t("ui.confirm.nothing_next")))
            return
        self._table("mx", servers, (22, 15, 16, 15, 14, 18))
        self._table("ports", open_ports, (24, 18, 12, 23, 23))
        self.prose("signs", quiet=True)

    def _table(self, word: str, rows: list[tuple[str, ...]], shares: tuple[int, ...]) -> None:
        name, heads = self.say(word), self.t.lines(f"ui.technician.{word}_heads")
        self.section(name)
        if rows:
            self.add(Table(self.theme, name=name, heads=heads, rows=rows, shares=shares, place=f"table:{word}"))
        else:
            self.prose("none", quiet=True)
