"""A domain that does not exist, where it was typed and where it was measured: check the spelling."""

from fumimori.grammar.domain_names import unicode_domain
from fumimori.gui.theme import Theme
from fumimori.gui.widgets.notice import Notice
from fumimori.texts import Texts


def absent_notice(theme: Theme, t: Texts, domain: str) -> Notice:
    """That there is no domain of this name, and what to do."""
    shown = unicode_domain(domain)
    return Notice(theme, title=t("ui.environment.absent", domain=shown), text=t("ui.environment.absent_next"))
