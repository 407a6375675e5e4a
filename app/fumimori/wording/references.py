"""Which requirements of well-known frameworks a finding is about."""

from collections.abc import Mapping, Sequence

from fumimori.model import Hosting, Rules


def frameworks(rules: Rules, hosting: Hosting | None) -> Sequence[Mapping[str, str]]:
    """The rows of frameworks.tsv for this kind of hosting: id, name, published, source."""
    return [row for row in rules.tables["frameworks"].dicts() if row["hosting"] in ("", hosting)]


def references(rules: Rules, code: str, hosting: Hosting | None) -> dict[str, str]:
    """By the framework's name, the identifiers that go with a finding's code, in printed order.

    Those of the question that the finding comes from or that its outcome names; else those of its check. Empty when
    none of the sources has something that fits.
    """
    name = code.rpartition(".")[0]
    rule = rules.outcomes.get(code)
    mapped: dict[str, dict[str, str]] = {}
    for row in rules.tables["mappings"].dicts():
        mapped.setdefault(row["subject"], {})[row["framework"]] = row["ids"]
    found = (mapped.get(rule.question or "") if rule else None) or mapped.get(name, {})
    return {row["name"]: found[row["id"]] for row in frameworks(rules, hosting) if row["id"] in found}
