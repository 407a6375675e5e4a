"""Logos are measured against the whole profile, and no document makes the reader fetch, unpack or wait."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fumimori.grammar.logotype import subject_logos
from fumimori.grammar.svg import profile, read_svg
from loopback.fake_network import rules
from loopback.sample_vmc import LOGO, der, logotype

ALLOWED = profile(rules().tables["svg_tiny_ps"], rules().tables["svg_tiny_ps_values"])


def faults(document: str) -> tuple[str, ...]:
    logo = read_svg(document, ALLOWED)
    assert not logo.unreadable
    return logo.faults


def inside(part: str) -> str:
    return LOGO.replace("</svg>", part + "</svg>")


def root(old: str, new: str) -> str:
    assert old in LOGO
    return LOGO.replace(old, new, 1)


GOOD = [
    ("the logo of the tests", LOGO),
    ("a declaration in front", '<?xml version="1.0" encoding="UTF-8"?>\n' + LOGO),
    ("a declaration that lies about the encoding", '<?xml version="1.0" encoding="ISO-8859-1"?>' + LOGO),
    ("a reference inside", inside('<defs><path id="p" d="M0 0h1v1z"/></defs><use href="#p"/>')),
    (
        "a reference inside, the older way",
        inside('<defs><path id="p" d="M0 0"/></defs><use xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="#p"/>'),
    ),
    (
        "a gradient",
        inside(
            '<linearGradient id="g" x1="0" x2="1"><stop offset="0" stop-color="#fff"/></linearGradient>'
            '<rect fill="url(#g)" width="1" height="1"/>'
        ),
    ),
    ("text", inside('<text x="1" y="2" font-size="9" text-anchor="middle" editable="none">文守</text>')),
    ("a prefix for the name space", LOGO.replace("<", "<s:").replace("<s:/", "</s:").replace("xmlns=", "xmlns:s=")),
    ("data about the picture", inside('<metadata><r:RDF xmlns:r="http://r.example/"><r:x>y</r:x></r:RDF></metadata>')),
    (
        "attributes with the value laid down",
        root(' width="96"', ' zoomAndPan="disable" snapshotTime="none" width="96"'),
    ),
]

BAD = [
    ("a part of a text", inside("<text>文<tspan>守</tspan></text>"), "<tspan>"),
    ("a title of a shape", inside('<path d="M0 0"><title>x</title></path>'), "<title>"),
    ("a shape not displayed", inside('<path d="M0 0" display="none"/>'), "<path display>"),
    ("a hidden shape", inside('<path d="M0 0" visibility="hidden"/>'), "<path visibility>"),
    ("a way of drawing", inside('<path d="M0 0" shape-rendering="crispEdges"/>'), "<path shape-rendering>"),
    ("a pointer", inside('<g pointer-events="none"/>'), "<g pointer-events>"),
    ("a background", inside('<g viewport-fill="#fff"/>'), "<g viewport-fill>"),
    ("a number for weight", inside('<text font-weight="700">a</text>'), "font-weight=700"),
    ("a fill rule that does not exist", inside('<path d="M0 0" fill-rule="winding"/>'), "fill-rule=winding"),
    ("an anchor that does not exist", inside('<text text-anchor="left">a</text>'), "text-anchor=left"),
    ("a line end that does not exist", inside('<path d="M0 0" stroke-linecap="flat"/>'), "stroke-linecap=flat"),
    ("script", inside("<script>alert(1)</script>"), "<script>"),
    ("style", inside("<style>a{}</style>"), "<style>"),
    ("an image", inside('<image href="data:image/png;base64,AAAA"/>'), "<image>"),
    ("a foreign object", inside("<foreignObject><p/></foreignObject>"), "<foreignObject>"),
    ("animation", inside('<rect width="1" height="1"><animate attributeName="x"/></rect>'), "<animate>"),
    ("a link", inside('<a href="https://x.example/"><path d="M0 0"/></a>'), "<a>"),
    ("a clip path", inside("<clipPath><path/></clipPath>"), "<clipPath>"),
    ("a switch", inside("<switch><path/></switch>"), "<switch>"),
    ("an editor's element", inside('<i:view xmlns:i="http://i.example/"/>'), "<view>"),
    ("an editor's attribute", inside('<path d="M0 0" i:label="x" xmlns:i="http://i.example/"/>'), "<path label>"),
    ("a style attribute", inside('<path d="M0 0" style="fill:red"/>'), "<path style>"),
    ("an event", inside('<path d="M0 0" onclick="x()"/>'), "<path onclick>"),
    ("opacity", inside('<path d="M0 0" opacity="0.5"/>'), "<path opacity>"),
    ("an outer reference", inside('<use href="https://x.example/a.svg#p"/>'), "href=https://x.example/a.svg#p"),
    ("an outer paint", inside('<path d="M0 0" fill="url(https://x.example/#g)"/>'), "fill=url(https://x.example/#g)"),
    ("x at the root", root(' width="96"', ' x="0" width="96"'), "<svg x>"),
    ("version 1.1", root('version="1.2"', 'version="1.1"'), "version=1.1"),
    ("no version", root(' version="1.2"', ""), "version="),
    ("no profile", root(' baseProfile="tiny-ps"', ""), "baseProfile="),
    ("the profile tiny", root("tiny-ps", "tiny"), "baseProfile=tiny"),
    ("zooming", root(' width="96"', ' zoomAndPan="magnify" width="96"'), "zoomAndPan=magnify"),
    ("no name space", root('xmlns="http://www.w3.org/2000/svg" ', ""), "xmlns="),
    ("no title", root("<title>Example</title>", ""), "<title>"),
    ("an empty title", root("Example", " "), "<title>"),
    ("two titles", root("<desc>", "<title>Again</title><desc>"), "<title>"),
    ("a stop outside a gradient", inside('<stop offset="0"/>'), "<stop>"),
    ("text in a group", inside("<g>hello</g>"), "<g>: “hello”"),
    ("a style sheet", '<?xml-stylesheet href="https://x.example/a.css"?>' + LOGO, "<?xml-stylesheet?>"),
    ("a picture hidden in the data", inside("<metadata><script/></metadata>"), "<script>"),
]


@pytest.mark.parametrize(
    ("attribute", "value"), [(name, value) for name in sorted(ALLOWED.values) for value in sorted(ALLOWED.values[name])]
)
def test_every_value_that_is_laid_down_is_good_where_its_attribute_may_stand(attribute, value):
    allowed = [name for name in ("path", "text", "radialGradient") if attribute in ALLOWED.attributes[name]]
    for element in allowed:
        assert faults(inside(f'<{element} {attribute}="{value}"/>')) == ()
        assert faults(inside(f'<{element} {attribute}="{value}x"/>')) == (
            f"{attribute}={value}x"[: len(attribute) + 31],
        )


@pytest.mark.parametrize("document", [row[1] for row in GOOD], ids=[row[0] for row in GOOD])
def test_what_the_profile_allows(document):
    assert faults(document) == ()


@pytest.mark.parametrize(("document", "fault"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_what_it_does_not_allow(document, fault):
    assert faults(document) == (fault,)


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ("", "not_xml"),
        ("hello", "not_xml"),
        (LOGO + "x", "not_xml"),
        ("<html/>", "not_svg"),
        ("<!DOCTYPE svg>" + LOGO, "doctype"),
        ('<!DOCTYPE s [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><svg>&b;</svg>', "doctype"),
        ('<!DOCTYPE s SYSTEM "file:///etc/passwd"><svg/>', "doctype"),
        ("<svg>" + "<g>" * 100 + "</g>" * 100 + "</svg>", "too_much"),
        ("<svg>" + "<g/>" * 30000 + "</svg>", "too_much"),
        ("<svg>&amp;&x;</svg>", "not_xml"),
    ],
)
def test_what_is_no_readable_logo(document, code):
    started = time.monotonic()
    assert read_svg(document, ALLOWED).unreadable == code
    assert time.monotonic() - started < 5


def test_many_faults_are_told_as_a_few():
    parts = "".join(f"<bad{number}/>" for number in range(500))
    assert len(faults(inside(parts))) == 20


@pytest.mark.parametrize(
    ("attributes", "square"),
    [
        ('width="96" height="96"', True),
        ('width="96px" height="96px"', True),
        ('viewBox="0 0 10 10" width="1" height="2"', True),
        ('viewBox="0,0,10,20"', False),
        ('viewBox="0 0 nan nan"', False),
        ("", False),
    ],
)
def test_squares(attributes, square):
    assert read_svg(f"<svg {attributes}/>", ALLOWED).square is square


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet='<>/="& svgtile!?[]#xlink:href0123456789', max_size=200))
def test_any_text_is_read_without_an_error(text):
    read_svg(text, ALLOWED)
    read_svg(inside(text), ALLOWED)


def test_the_logo_comes_out_of_the_extension():
    (logo,) = subject_logos(logotype(LOGO))
    assert (logo.media_type, logo.size, logo.fault) == ("image/svg+xml", len(LOGO), "")


@pytest.mark.parametrize(
    ("uri", "fault"),
    [
        ("https://x.example/l.svg", "not_inside"),
        ("data:image/svg+xml,abc", "not_inside"),
        ("data:image/svg+xml;base64,*", "bad_base64"),
        ("data:image/svg+xml;base64,H4sIAAAA", "bad_gzip"),
    ],
)
def test_logos_that_cannot_be_had(uri, fault):
    assert [logo.fault for logo in subject_logos(logotype(LOGO, uri=uri))] == [fault]


def test_a_logo_that_unpacks_to_megabytes_is_cut_off():
    assert [logo.fault for logo in subject_logos(logotype(" " * 40_000_000))] == ["too_long"]


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300), st.integers(0, 400), st.integers(0, 255))
def test_any_extension_is_read_without_an_error(noise, position, octet):
    subject_logos(noise)
    changed = bytearray(logotype(LOGO))
    changed[position % len(changed)] = octet
    subject_logos(bytes(changed))
    subject_logos(der(0x30, der(0xA2, noise)))


def test_elements_within_elements_are_bounded():
    nested = b""
    for _ in range(2000):
        nested = der(0x30, nested)
    assert subject_logos(der(0x30, der(0xA2, nested))) == ()
