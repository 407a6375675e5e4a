"""Brand profiles are kept per user, come back as they were, and take nothing in that could not be printed."""

from datetime import UTC, datetime

import msgspec
import pytest

from fumimori.grammar.brand_profile import PROFILE_LIMIT, BadProfileError, parse_profile, profile_octets
from fumimori.model import Assessment, Brand, BrandProfile, Organisation
from fumimori.store import profiles, rows

BRAND = Brand(logo=b"<svg/>", logo_type="svg", colour="#2E7D32", sender="みほん", seals=("作成",), legal="条件")


def test_a_profile_comes_back_without_what_belongs_to_the_client(tmp_path):
    of_client = msgspec.structs.replace(BRAND, client_logo=b"x", client_logo_type="png", recipients=("A",))
    profiles.keep(tmp_path, BrandProfile(name="みほん", brand=of_client))
    assert profiles.all_of(tmp_path) == (BrandProfile(name="みほん", brand=BRAND),)


def test_a_profile_of_the_same_name_is_replaced_and_others_stay(tmp_path):
    for name, sender in (("A/B", "1"), ("A-B", "2"), ("A/B", "3")):
        profiles.keep(tmp_path, BrandProfile(name=name, brand=Brand(sender=sender)))
    assert {one.name: one.brand.sender for one in profiles.all_of(tmp_path)} == {"A/B": "3", "A-B": "2"}
    profiles.drop(tmp_path, "A/B")
    assert [one.name for one in profiles.all_of(tmp_path)] == ["A-B"]


def test_a_profile_from_elsewhere_replaces_nobody(tmp_path):
    mine = BrandProfile(name="A", brand=Brand(sender="mine"))
    profiles.keep(tmp_path, mine)
    theirs = BrandProfile(name="A", brand=Brand(sender="theirs"))
    assert [profiles.add(tmp_path, one).name for one in (mine, theirs, theirs)] == ["A", "A (2)", "A (2)"]
    assert {one.name: one.brand.sender for one in profiles.all_of(tmp_path)} == {"A": "mine", "A (2)": "theirs"}
    long = BrandProfile(name="x" * 60, brand=Brand(sender="mine"))
    profiles.keep(tmp_path, long)
    added = profiles.add(tmp_path, BrandProfile(name="x" * 60, brand=Brand(sender="theirs")))
    assert (len(added.name), profiles.all_of(tmp_path)[-1].brand.sender) == (54, "mine")


def test_a_file_that_is_no_profile_is_left_aside(tmp_path):
    profiles.keep(tmp_path, BrandProfile(name="A", brand=BRAND))
    (profiles.folder(tmp_path) / "b.brand.json").write_bytes(b"{")
    (profiles.folder(tmp_path) / "c.brand.json").write_bytes(b" " * (PROFILE_LIMIT + 1))
    assert [one.name for one in profiles.all_of(tmp_path)] == ["A"]
    assert profiles.all_of(tmp_path / "nothing") == ()


def test_what_a_profile_brings_in_is_bounded_and_harmless():
    hostile = Brand(
        logo=b"x",
        logo_type="exe",
        colour="red; x",
        sender="a\u202eb" * 300,
        confidentiality="secret",
        seals=("very long title of a box",) * 9,
    )
    brand = parse_profile(profile_octets(BrandProfile(name="A", brand=hostile))).brand
    assert (brand.logo, brand.logo_type, brand.colour, brand.confidentiality) == (b"", "", "", "")
    assert len(brand.sender) <= 200
    assert "\u202e" not in brand.sender
    assert brand.seals is not None
    assert len(brand.seals) == 4
    with pytest.raises(BadProfileError):
        parse_profile(b'{"name": " ", "brand": {}}')


def test_a_profile_takes_the_place_of_the_senders_part_alone():
    kept = Brand(client_logo=b"c", client_logo_type="png", recipients=("A",), sender="old")
    assert kept.with_sender(BRAND) == msgspec.structs.replace(
        BRAND, client_logo=b"c", client_logo_type="png", recipients=("A",)
    )


def test_an_assessment_of_before_there_were_versions_and_profiles_opens():
    about = Assessment(id="a", created=datetime(2026, 11, 24, tzinfo=UTC), organisation=Organisation(name="A"))
    old = [
        (kind, identity, b'{"sender":"A","colour":""}' if kind == "brand" else rows.body(part))
        for (kind, identity), part in rows.parts(about).items()
    ]
    found = rows.assembled((k, i, b.replace(b',"versions":[]', b"")) for k, i, b in old)
    assert (found.versions, found.brand.seals, found.brand.sender) == ((), None, "A")
