"""Logos for mail: SVG Tiny PS (draft-svg-tiny-ps-abrotman), read by a parser that follows nothing."""

import re
from collections.abc import Mapping
from xml.parsers import expat  # entities and document types are refused before anything is done with them

from fumimori.model import Record, Table

SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
XML = "http://www.w3.org/XML/1998/namespace"
DEPTH_MOST = 60
ELEMENTS_MOST = 20000
FAULTS_MOST = 20
_URL = re.compile(r"url\((?P<target>[^)]*)", re.IGNORECASE)
_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,20}(?:\.[0-9]{1,20})?|\.[0-9]{1,20})")


class Profile(Record):
    """What the profile allows, by element."""

    children: Mapping[str, frozenset[str]]
    attributes: Mapping[str, frozenset[str]]
    with_text: frozenset[str]
    values: Mapping[str, frozenset[str]]
    """Attributes whose values are laid down, with these."""
    required: frozenset[str]
    """Those of them that the root must have."""


class Logo(Record):
    """What one SVG document is, measured against the profile."""

    unreadable: str = ""
    """`not_xml`, `doctype`, `too_much`, `not_svg`; empty for a document whose other facts count."""
    title: str = ""
    faults: tuple[str, ...] = ()
    """What the profile does not allow, in short: `<script>`, `rect style=`, `href=https://…`, `version=1.1`."""
    width: float = 0.0
    """By the view box, else by width and height; 0 when neither says it."""
    height: float = 0.0
    relative_size: bool = False
    """Width or height of the root are no absolute pixels."""

    @property
    def square(self) -> bool:
        """Whether it is as wide as it is high."""
        return self.width > 0 and abs(self.width - self.height) <= self.width / 1000


class _Unreadable(Exception):  # noqa: N818 - the document ends here, which is a fact about it
    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def profile(elements: Table, values: Table) -> Profile:
    """The profile in the tables `svg_tiny_ps` and `svg_tiny_ps_values`; names with @ are groups of names.

    They say what the BIMI Group's schema for the profile says (SVG_1.2_PS, RELAX NG, as of 2020-07-28).
    """
    rows = {row["name"]: row for row in elements.dicts()}

    def names(row: str, column: str) -> set[str]:
        found: set[str] = set()
        for word in rows[row][column].split():
            found |= names(word, column) if word.startswith("@") else {word}
        return found

    known = [name for name in rows if not name.startswith("@")]
    return Profile(
        children={name: frozenset(names(name, "children")) for name in known},
        attributes={name: frozenset(names(name, "attributes")) for name in known},
        with_text=frozenset(name for name in known if rows[name]["text"] == "yes"),
        values={row["attribute"]: frozenset(row["value"].split()) for row in values.dicts()},
        required=frozenset(row["attribute"] for row in values.dicts() if row["required"] == "yes"),
    )


def read_svg(untrusted_text: str, allowed: Profile) -> Logo:
    """What the document is; ends in bounded time and memory whatever it is, and fetches nothing."""
    reader = _Reader(allowed)
    try:
        reader.read(untrusted_text.encode("utf-8", "replace"))
    except _Unreadable as error:
        return Logo(unreadable=error.code)
    except expat.ExpatError:
        return Logo(unreadable="not_xml")
    return reader.logo()


class _Reader:
    """One pass through one document."""

    def __init__(self, allowed: Profile) -> None:
        self.allowed = allowed
        self.path: list[str] = []
        """Names of the open elements; empty for one that is ignored with all that is in it."""
        self.elements = 0
        self.faults: dict[str, None] = {}
        self.titles: list[str] = []
        self.root: dict[str, str] = {}

    def read(self, document: bytes) -> None:
        parser = expat.ParserCreate("utf-8", " ")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self.refuse
        parser.EntityDeclHandler = self.refuse
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.text
        parser.ProcessingInstructionHandler = self.instruction
        parser.Parse(document, True)  # noqa: FBT003 - the parameter has no name

    def refuse(self, *_declaration: object) -> None:
        raise _Unreadable("doctype")

    def instruction(self, target: str, _text: str) -> None:
        self.fault(f"<?{target}?>")

    def start(self, qualified: str, attributes: dict[str, str]) -> None:
        self.elements += 1
        if self.elements > ELEMENTS_MOST or len(self.path) >= DEPTH_MOST:
            raise _Unreadable("too_much")
        namespace, _, name = qualified.rpartition(" ")
        if not self.path and (name != "svg" or namespace not in (SVG, "")):
            raise _Unreadable("not_svg")
        if not self.path:
            self.root = {key: value for key, value in attributes.items() if " " not in key}
            if not namespace:
                self.fault("xmlns=")
            self.path.append("svg")
            self.check_root()
            self.check_attributes("svg", attributes)
            return
        above = self.path[-1]
        if not above or (above == "metadata" and namespace != SVG):
            self.path.append("")
            return
        if namespace not in (SVG, "") or name not in self.allowed.children[above]:
            self.fault(f"<{name}>")
            self.path.append("")
            return
        if name == "title" and above == "svg":
            self.titles.append("")
        self.path.append(name)
        self.check_attributes(name, attributes)

    def end(self, _qualified: str) -> None:
        self.path.pop()

    def text(self, text: str) -> None:
        here = self.path[-1] if self.path else ""
        if here == "title" and self.path[-2:-1] == ["svg"]:
            self.titles[-1] += text
        elif here and here not in self.allowed.with_text and text.strip():
            self.fault(f"<{here}>: “{text.strip()[:20]}”")

    def check_root(self) -> None:
        for attribute in sorted(self.allowed.required - self.root.keys()):
            self.fault(f"{attribute}=")

    def check_attributes(self, element: str, attributes: dict[str, str]) -> None:
        for qualified, value in attributes.items():
            namespace, _, bare = qualified.rpartition(" ")
            prefix = {XML: "xml:", XLINK: "xlink:", "": ""}.get(namespace)
            name = f"{prefix}{bare}" if prefix is not None else bare
            if prefix is None or name not in self.allowed.attributes[element]:
                self.fault(f"<{element} {name}>")
            elif name in self.allowed.values and value.strip() not in self.allowed.values[name]:
                self.fault(f"{name}={value.strip()[:30]}")
            elif bare == "href" and not value.strip().startswith("#"):
                self.fault(f"href={value.strip()[:40]}")
            elif any(not match["target"].strip(" \t\r\n'\"").startswith("#") for match in _URL.finditer(value)):
                self.fault(f"{name}={value.strip()[:40]}")

    def fault(self, text: str) -> None:
        if len(self.faults) < FAULTS_MOST:
            self.faults[text] = None

    def logo(self) -> Logo:
        titles = [" ".join(title.split()) for title in self.titles]
        if len(titles) != 1 or not titles[0]:
            self.faults = {"<title>": None} | self.faults
        sizes = [self.root.get(name, "") for name in ("width", "height")]
        absolute = [float(text) for text in map(_without_unit, sizes) if _NUMBER.fullmatch(text) and text[0] != "-"]
        box = self.root.get("viewBox", "").replace(",", " ").split(maxsplit=4)
        width = height = 0.0
        if len(box) == 4 and all(map(_NUMBER.fullmatch, box)):
            width, height = float(box[2]), float(box[3])
        elif len(absolute) == 2:
            width, height = absolute
        return Logo(
            title=titles[0][:200] if titles else "",
            faults=tuple(self.faults),
            width=width,
            height=height,
            relative_size=len(absolute) < 2,
        )


def _without_unit(length: str) -> str:
    return length.strip().removesuffix("px")
