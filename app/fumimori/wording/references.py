"""Which requirements of well-known frameworks a finding is about, and which ones the answers support."""

from collections.abc import Mapping, Sequence

from fumimori.model import Credit, Hosting, QuestionState, Result, Rules

_SAYS_NOTHING = (QuestionState.NOT_APPLICABLE, QuestionState.OUT_OF_SCOPE)


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


def supported(rules: Rules, result: Result, framework: str) -> Sequence[str]:
    """The identifiers of `framework` that the assessment speaks for, in the framework's own order.

    Every question that is about one and applies here is met in full, at least one of them, and nothing contradicts it.
    """
    results = {one.question: one for one in result.questions if one.state not in _SAYS_NOTHING}
    met: dict[str, list[bool]] = {}
    for row in rules.tables["mappings"].dicts():
        if row["framework"] == framework and (about := results.get(row["subject"])) is not None:
            for one in row["ids"].split(", "):
                met.setdefault(one, []).append(about.credit is Credit.MET and not about.contradicted)
    known = (row["id"] for row in rules.tables["framework_ids"].dicts() if row["framework"] == framework)
    return [one for one in known if all(met.get(one, [False]))]
