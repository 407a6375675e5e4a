"""What is known about the provider of a domain's mail: values that only it can name."""

from fumimori.checks.mx import facts as mx
from fumimori.checks.remediation.context import Context, note
from fumimori.model import Hosting, Note, Table

OF_HOSTING = {
    Hosting.GOOGLE: "Google Workspace",
    Hosting.MICROSOFT: "Microsoft 365",
    Hosting.WORKMAIL: "Amazon WorkMail",
}


def provider_of(context: Context) -> str:
    """The provider of the domain's mail by its servers or by what somebody said; empty when nobody knows."""
    facts = context.observations.facts(mx.MX, context.domain)
    hosting = context.hosting(context.domain)
    return (facts.provider if facts is not None else "") or (OF_HOSTING.get(hosting, "") if hosting else "")


def spf_term(context: Context) -> str:
    """The SPF term of the domain's provider, as `tables/provider_settings.tsv` has it; empty without one."""
    rows = context.rules.tables["provider_settings"].dicts()
    return next((row["spf"] for row in rows if row["provider"] == provider_of(context)), "")


def page_notes(provider: str, question: str, table: Table) -> tuple[Note, ...]:
    """Where the provider's panel holds what a question is about, and its own page on it, by `provider_pages`.

    Nothing where the provider is unknown or none of its pages was found.
    """
    notes: list[Note] = []
    for row in table.dicts():
        if row["provider"] == provider and question in row["questions"].split():
            if menu := row["menu"]:
                notes.append(note("provider_menu", provider=provider, menu=menu))
            notes.append(note("provider_page", provider=provider, url=row["url"], day=row["checked"]))
    return tuple(notes)


def own_pages(context: Context) -> tuple[Note, ...]:
    """Where the provider's panel holds what the finding is about, and the provider's own page on it.

    Nothing on one's own server, where somebody else's panel would only mislead.
    """
    name = "" if context.own_server else provider_of(context)
    return page_notes(name, _question(context), context.rules.tables["provider_pages"])


def _question(context: Context) -> str:
    """The question that the finding is about: the one its outcome names, or the one that was answered."""
    code = context.finding.code
    rule = context.rules.outcomes.get(code)
    return (rule.question or "") if rule is not None else code.rpartition(".")[0]
