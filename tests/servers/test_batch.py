"""A list of domains is measured in one run: a file for each, and a server that they share is asked once."""

import json
from typing import Any

import jsonschema
import pytest

from loopback.domains import many
from loopback.world import World
from servers.command import fumimori
from servers.test_scan import SCHEMA

DOMAINS = [*many(5), "nullmx.example"]


@pytest.fixture(scope="module")
def written(world: World, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """The JSON of each domain of a list with a remark, an empty line and a domain named twice."""
    folder = tmp_path_factory.mktemp("batch")
    (folder / "list").write_text("# ours\n\n" + "\n".join((*DOMAINS, f"{DOMAINS[0]}  # again")), encoding="utf-8")
    ran = fumimori(
        folder,
        *("scan", "--batch", "list", "--json", "out", "--consent", "1", "--control-host", world.control_open),
        *("--resolver", world.resolver, "--ca-file", str(world.ca_file)),
    )
    assert ran.returncode == 0, ran.stderr
    assert f"[{len(DOMAINS)}/{len(DOMAINS)}]" in ran.stderr
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in (folder / "out").iterdir()}


def test_every_domain_has_its_file(written: dict[str, dict[str, Any]]) -> None:
    assert sorted(written) == sorted(DOMAINS)
    assert {name: content["domain"] for name, content in written.items()} == {name: name for name in written}


def test_every_file_keeps_the_published_schema(written: dict[str, dict[str, Any]]) -> None:
    validator = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
    for content in written.values():
        validator.validate(content)


def test_the_shared_server_was_asked_once_and_told_to_all(written: dict[str, dict[str, Any]]) -> None:
    shared = [written[name] for name in many(5)]
    with_contact = [
        content
        for content in shared
        if any(
            contact["port"] == 25 and contact["target"].startswith("mx.good")
            for contact in content["runs"][0]["contacts"]
        )
    ]
    assert len(with_contact) == 1
    facts = [
        attempt["facts"]["service"]
        for content in shared
        for attempt in content["runs"][0]["attempts"]
        if (attempt["probe"], attempt["subject"]) == ("mail_ports", "mx.good.example:25")
    ]
    assert len(facts) == 5
    assert all(one == facts[0] for one in facts)


def test_the_control_host_was_greeted_once(written: dict[str, dict[str, Any]]) -> None:
    greeted = [
        contact
        for content in written.values()
        for contact in content["runs"][0]["contacts"]
        if contact["target"].startswith("open.control.example")
    ]
    assert len([contact for contact in greeted if contact["port"] == 25]) == 1
