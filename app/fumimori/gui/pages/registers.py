"""The registers: all of them with what they hold, or one of them as a table."""

from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QFileDialog

from fumimori.gui.pages.page import Page
from fumimori.gui.widgets.controls import Field, button, row
from fumimori.gui.widgets.flow import Flow
from fumimori.gui.widgets.notice import Notice
from fumimori.gui.widgets.register_card import register_card
from fumimori.gui.widgets.register_table import RegisterModel, RegisterTable
from fumimori.gui.widgets.row_evidence import RowEvidence
from fumimori.gui.widgets.senders import take_senders
from fumimori.gui.widgets.table_import import TableImport
from fumimori.gui.widgets.text import Prose, announce
from fumimori.model import Register
from fumimori.texts import languages
from fumimori.wizard.steps import Route
from fumimori.wording.registers import ReadTable, RegisterWords, register_table


class RegistersPage(Page):
    """What people keep like a spreadsheet; the program reads it as it is typed."""

    def title(self) -> str:
        """The register's name."""
        return self.t(f"registers.{self.route.item}.name") if self.route.item else self.say("title")

    @property
    def widest(self) -> int:
        """A table may use the whole window."""
        return self.theme.px(1400) if self.route.item else super().widest

    @property
    def help_prefix(self) -> str:
        """The page's own help."""
        return ""

    def build(self) -> None:
        """All registers, or the one that is asked for."""
        found = {register.id: register for register in self.session.toolkit.registers}
        if self.route.item in found:
            self._build_one(found[self.route.item])
            return
        self.prose("lead", quiet=True)
        for register in found.values():
            self.add(register_card(self.session, self.theme, register, self.go))

    def _build_one(self, register: Register) -> None:
        theme, session = self.theme, self.session
        others = [session.services.texts(code) for code in languages(session.services.resources)]
        self._words = RegisterWords(register, (session.texts, *others))
        self._model = RegisterModel(session, theme, self._words)
        self._table = RegisterTable(theme, self._model, name=self.title(), told=self._tell, dropped=self._dropped)
        self.add(Prose(theme, self.t(f"registers.{register.id}.intro"), quiet=True))
        made = {
            word: button(theme, self.say(word), act, name=word)
            for word, act in (
                ("add", self._add),
                ("drop", self._drop),
                ("import", self._import),
                ("export_xlsx", partial(self._export, "xlsx")),
                ("export_csv", partial(self._export, "csv")),
            )
        }
        reports = take_senders(session, theme) if register.id == "senders" else []
        self.add(Flow(*made.values(), *reports, spacing=theme.gap))
        narrow = self._table.sorted.setFilterFixedString
        self._filtering = Field(theme, label=self.say("filter"), text="", changed=narrow, name="filter")
        self._status = Prose(theme, "", bold=True, size="small")
        self.reading = TableImport(session, theme, self._words, read=self._imported, report=self._tell)
        self._first = Notice(theme, title=self.say("first"), text=self.say("first_how"))
        self._keys = Prose(theme, self.say("keys"), quiet=True, size="small")
        self.add(self._first, self._keys, self._filtering, self._status, self.reading, self._table)
        self.add(RowEvidence(session, theme, self._table))
        self._model.modelReset.connect(self._guide)
        self._guide()
        go = partial(self.go, Route("registers"))
        self.add(row(button(theme, self.say("all"), go, kind="link", name="all", icon="list"), None))

    def _guide(self) -> None:
        """What to do first while there is no row; how to find and move among rows afterwards."""
        empty = not self._model.rowCount()
        self._first.setVisible(empty)
        self._keys.setVisible(not empty)
        self._filtering.setVisible(not empty)

    def leave(self) -> None:
        """What is read meanwhile is for nobody."""
        for reading in self.findChildren(TableImport):
            reading.stop()

    def _add(self) -> None:
        self._filtering.edit.clear()
        if not self._table.begin_row():
            self._tell("unread_too_many")

    def _drop(self) -> None:
        self._model.drop({number for number, _ in self._table.chosen()})

    def _dropped(self, path: Path) -> None:
        self.reading.take(path)

    def _import(self) -> None:
        kinds = "CSV, XLSX (*.csv *.tsv *.txt *.xlsx)"
        name, _ = QFileDialog.getOpenFileName(self, self.say("import"), str(Path.home()), kinds)
        if name:
            self.reading.take(Path(name))

    def _imported(self, table: ReadTable) -> None:
        """Add the rows that were recognised, and say what was not."""
        if not self._model.add(table.rows):
            self._tell("unread_too_many")
            return
        self._table.fit()
        left_out = self.t.listed(table.left_out)
        self._tell("imported_but" if left_out else "pasted", count=len(table.rows), heads=left_out)

    def _export(self, kind: str) -> None:
        usual = str(Path.home() / f"{self._words.register.id}.{kind}")
        name, _ = QFileDialog.getSaveFileName(self, self.say(f"export_{kind}"), usual, f"{kind.upper()} (*.{kind})")
        if name:
            self.give(Path(name), kind)

    def give(self, path: Path, kind: str) -> None:
        """Write the register as a file, read back before it is put in its place."""
        from fumimori import __version__
        from fumimori.exports.spreadsheet import workbook_of
        from fumimori.grammar.csv_text import csv_octets
        from fumimori.store import write_whole

        table = register_table(self._words, self.session.open.register(self._words.register.id), self.title())
        if kind == "xlsx":
            made = workbook_of((table,), self.title(), self.session.services.now(), __version__)
        else:
            made = csv_octets(table.head, table.texts())
        try:
            write_whole(path, made)
        except OSError:
            self._tell("not_written")
        else:
            self._tell("written", name=path.name)

    def _tell(self, key: str, **values: object) -> None:
        words = self.say(key, **{"heads": self.t.listed(self._words.heads()), **values})
        self._status.say(words)
        announce(self._status, words)
