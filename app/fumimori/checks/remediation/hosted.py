"""What is known about the provider of a domain's mail: values that only it can name."""

from collections.abc import Mapping

from fumimori.checks.mx import facts as mx
from fumimori.checks.remediation.context import Context
from fumimori.model import Hosting

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


def provider_facts(context: Context) -> Mapping[str, str]:
    """The provider's row of `tables/provider_settings.tsv`; empty without one."""
    name = provider_of(context)
    rows = context.rules.tables["provider_settings"].dicts() if name else ()
    return next((row for row in rows if row["provider"] == name), {})
