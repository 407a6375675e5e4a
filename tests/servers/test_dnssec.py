"""DNSSEC and DANE on the command line: the good domain is proved, the bogus one told, another root says nothing."""

from pathlib import Path

from loopback.world import World
from servers.command import Scan, fumimori, scan


def test_the_good_domain_is_signed_and_its_mail_server_is_named_in_the_dns(scans: dict[str, Scan]) -> None:
    codes = scans["good.example"].codes
    assert {"dnssec.secure", "dane.valid", "dane.instead_published", "caa.present"} <= set(codes)
    assert codes["dane.single"] == {"good.example"}


def test_domains_that_are_not_signed_are_told_so_and_no_worse(scans: dict[str, Scan]) -> None:
    for domain in ("bad.example", "subtle.example"):
        codes = scans[domain].codes
        assert domain in codes["dnssec.insecure"]
        assert not {"dnssec.bogus", "dane.mismatch", "dane.valid"} & set(codes)


def test_broken_signatures_are_critical_and_nothing_else_is_guessed(world: World, tmp_path: Path) -> None:
    done = scan(world, tmp_path, "bogus.example")
    severities = {entry["code"]: entry["severity"] for entry in done.content["findings"]}
    assert severities["dnssec.bogus"] == "critical"
    assert not {"dnssec.insecure", "spf.none", "dmarc.none", "mta_sts.absent"} & set(severities)


def test_under_another_root_nothing_is_said_about_signatures(world: World, tmp_path: Path) -> None:
    options = ("--resolver", world.resolver, "--second-resolver", world.resolver, "--ca-file", str(world.ca_file))
    options += ("--control-host", world.control_open, "--json", "scan.json")
    ran = fumimori(tmp_path, "scan", "bogus.example", *options)
    assert ran.returncode in (0, 3), ran.stderr
    content = (tmp_path / "scan.json").read_text(encoding="utf-8")
    assert "dnssec_other_root" in content
    assert '"dnssec.' not in content
    assert f'"second_resolver": "{world.resolver}"' in content
