"""Logos as the usual programs write them are printed; what asks for more is refused in words, and nothing is opened."""

import os
import subprocess
import sys
import time
from base64 import b64encode
from io import BytesIO
from pathlib import Path

import msgspec
import pypdfium2
import pytest
from PIL import Image

from fumimori import report, resources
from fumimori.__main__ import texts
from fumimori.model import Brand
from fumimori.report import logo_worker, logos, workers
from fumimori.report.logo_shapes import LogoError
from fumimori.report.logo_text import clean
from report import example

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="120" height="40">'
BOX = '<rect id="a" x="0" y="0" width="120" height="40" fill="#2E7D32"/>'
DOCTYPE = '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">'
ILLUSTRATOR = f"""<?xml version="1.0" encoding="utf-8"?>
<!-- Generator: Adobe Illustrator 27.0.0, SVG Export Plug-In . SVG Version: 6.00 Build 0)  -->
<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd" [
  <!ENTITY ns_extend "http://ns.adobe.com/Extensibility/1.0/">
  <!ENTITY ns_ai "http://ns.adobe.com/AdobeIllustrator/10.0/">
]>
<svg version="1.1" xmlns="http://www.w3.org/2000/svg" xmlns:x="&ns_extend;" xmlns:i="&ns_ai;"
 width="120px" height="40px">
<switch><foreignObject requiredExtensions="&ns_ai;" width="1" height="1"><i:x/></foreignObject>
<g>{BOX}</g></switch></svg>"""


def svg(inside: str = BOX) -> bytes:
    return f"{HEAD}{inside}</svg>".encode()


def png(width: int = 40, height: int = 20) -> bytes:
    output = BytesIO()
    Image.new("RGB", (width, height), (46, 125, 50)).save(output, "PNG", compress_level=1)
    return output.getvalue()


def embedded(content: bytes, kind: str = "png") -> str:
    return f'<image width="40" height="20" xlink:href="data:image/{kind};base64,{b64encode(content).decode()}"/>'


def colour(content: bytes, kind: str = "svg") -> tuple[int, ...]:
    """The colour in the middle of what would be printed."""
    sheet, _ = report.logo_sheet(content, kind, resources.path("fonts"))
    with pypdfium2.PdfDocument(sheet) as document:
        picture = document[0].render(scale=0.5).to_pil().convert("RGB")
    return picture.getpixel((picture.width // 2, picture.height // 2))


GOOD = {
    "plain": svg(),
    "commented": b"<!-- a <!DOCTYPE svg> -->\n" + DOCTYPE.encode() + b"<!-- b -->" + svg(),
    "illustrator": f'<?xml version="1.0" encoding="UTF-8"?>\n{DOCTYPE}'.encode() + svg(),
    "illustrator with editing data": ILLUSTRATOR.encode(),
    "utf-16": ILLUSTRATOR.replace("utf-8", "utf-16").encode("utf-16"),
    "byte order mark": b"\xef\xbb\xbf" + svg(),
    "style": svg(f"<style>.b{{fill:#2E7D32}}</style>{BOX.replace('fill=', 'class=').replace('#2E7D32', 'b')}"),
    "use": svg(f'<defs>{BOX}</defs><use xlink:href="#a"/>'),
    "link": svg(f'<a xlink:href="https://www.example.jp/">{BOX}</a>'),
    "picture": svg(embedded(png(3, 3)).replace('width="40" height="20"', 'width="120" height="40"')),
    "gradient": svg(
        '<defs><linearGradient id="g"><stop offset="0" stop-color="#2E7D32"/><stop offset="1" stop-color="#2E7D32"/>'
        f"</linearGradient></defs>{BOX.replace('#2E7D32', 'url(#g)')}"
    ),
    "clip": svg(
        f'<defs><clipPath id="c"><rect width="120" height="40"/></clipPath></defs><g clip-path="url(#c)">{BOX}</g>'
    ),
    "text": svg(
        BOX + '<text x="2" y="9" font-size="5" font-family="Kozuka Gothic" font-weight="bold">文守 Mihon</text>'
    ),
    "path": svg(
        '<path fill="#2E7D32" d="M0 0h120v40h-120z"/><circle r="2"/><ellipse rx="2" ry="1"/>'
        '<polygon points="0,0 1,1 0,1"/>'
    ),
}


@pytest.mark.parametrize("name", GOOD)
def test_drawings_of_the_usual_programs_are_printed(name: str):
    assert all(abs(one - wanted) < 4 for one, wanted in zip(colour(GOOD[name]), (46, 125, 50), strict=True))


def test_a_bitmap_is_printed_and_its_size_is_known():
    assert colour(png(), "png") == (46, 125, 50)
    assert logos.read_logo(png(3000, 200), "png").pixels == 3000


def nested(count: int, times: int) -> str:
    """Each group repeats the one before `times` times."""
    groups = [f'<g id="g0">{BOX}</g>']
    for number in range(1, count):
        again = f'<use xlink:href="#g{number - 1}"/>' * times
        groups.append(f'<g id="g{number}">{again}</g>')
    return "<defs>" + "".join(groups) + f'</defs><use xlink:href="#g{count - 1}"/>'


BAD = {
    "entity": (b"<!DOCTYPE svg [<!ENTITY % a 'b'>]>" + svg(), "entities"),
    "entities in entities": (b"<!DOCTYPE svg [<!ENTITY a 'b'><!ENTITY c '&a;&a;'>]>" + svg(), "entities"),
    "entity behind a comment": (b"<!-- a --> <!---->\n<!DOCTYPE svg [<!ENTITY a SYSTEM 'b'>]>" + svg(), "entities"),
    "entity behind half a comment": (b"<!-- <!DOCTYPE svg [<!ENTITY a 'b'>]>" + svg(), "entities"),
    "half comments": (b"<!--" * 250_000 + svg(), "unreadable"),
    "half document types": (b"<!DOCTYPE a [" * 75_000 + svg(), "entities"),
    "many comments": (b"<!---->" * 149_000, "kind"),
    "entity from a file": (b'<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + svg(), "entities"),
    "utf-7": (b'<?xml version="1.0" encoding="UTF-7"?>' + svg(), "encoding"),
    "shift_jis": (svg("<title>文守</title>").decode().encode("shift_jis"), "encoding"),
    "script": (svg("<script>alert(1)</script>" + BOX), "active"),
    "handler": (svg(BOX.replace("<rect", '<rect onload="a()"')), "active"),
    "animation": (svg(BOX.replace("/>", '><animate attributeName="x" to="9"/></rect>')), "active"),
    "file": (svg('<image href="file:///etc/passwd" width="9" height="9"/>'), "outside"),
    "path": (svg('<image xlink:href="/etc/hostname" width="9" height="9"/>'), "outside"),
    "unc": (svg('<image xlink:href="\\\\host\\share\\a.png" width="9" height="9"/>'), "outside"),
    "web": (svg('<image href="https://x.example/a.png" width="9" height="9"/>'), "outside"),
    "use of another file": (svg('<use xlink:href="other.svg#a"/>'), "outside"),
    "import": (svg("<style>@import 'a.css';</style>" + BOX), "outside"),
    "escaped style": (svg("<style>.a{fill:\\75 rl(http://x.example/)}</style>" + BOX), "outside"),
    "fill": (svg(BOX.replace("#2E7D32", "url(https://x.example/a)")), "outside"),
    "style sheet": (b'<?xml-stylesheet href="a.css"?>' + svg(), "outside"),
    "use without end": (svg('<g id="b"><use xlink:href="#b"/></g>'), "complex"),
    "use doubling": (svg(nested(24, 2)), "complex"),
    "use nested": (svg(nested(30, 10)), "complex"),
    "deep": (svg("<g>" * 150 + BOX + "</g>" * 150), "complex"),
    "embedded bomb": (svg(embedded(png(4500, 4500))), "pixels"),
    "embedded many": (svg(embedded(png(3000, 3000)) * 2), "pixels"),
    "embedded damaged": (svg(embedded(png()[:60])), "unreadable"),
    "cut off": (svg()[:-9], "unreadable"),
    "not svg": (b"<html/>", "kind"),
    "jpeg": (b"\xff\xd8\xff\xe0\0\x10JFIF", "kind"),
    "empty": (svg(""), "unreadable"),
    "long": (b" " * 1_100_000 + svg(), "size"),
}  # fmt: skip
BITMAPS = {
    "not one": (b"\x89PNG\r\n\x1a\nnot one", "unreadable"),
    "cut off": (png(400, 300)[:-300], "unreadable"),
    "gif": (b"GIF89a", "kind"),
    "long": (b"\x89PNG" * 1_100_000, "size"),
    "pixels": (png(9000, 5000), "pixels"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_drawing_that_asks_for_more_is_refused_with_its_reason(name: str):
    content, code = BAD[name]
    assert logo_worker.read(content, "svg").code == code


def test_the_reason_comes_back_from_the_process():
    for name in ("script", "use doubling", "embedded bomb"):
        content, code = BAD[name]
        assert report.check_logo(content, "svg") == code


@pytest.mark.parametrize("name", BITMAPS)
def test_a_bitmap_that_cannot_be_printed_is_refused_with_its_reason(name: str):
    content, code = BITMAPS[name]
    reader = (
        report.check_logo if name in ("long", "cut off") else lambda content, kind: logo_worker.read(content, kind).code
    )
    assert reader(content, "png") == code
    assert report.check_logo(content, "gif") == "kind"


def test_every_reason_has_its_words():
    codes = {code for _, code in (*BAD.values(), *BITMAPS.values())} | {"unchecked"}
    for language in ("ja", "en"):
        assert all(texts(language).has(f"words.logo.{code}") for code in codes)


if sys.platform != "win32":

    def test_a_pipe_that_is_referred_to_is_not_opened(tmp_path: Path):
        pipe = tmp_path / "pipe.png"
        os.mkfifo(pipe)
        start = time.monotonic()
        assert report.check_logo(svg(f'<image xlink:href="{pipe}" width="9" height="9"/>'), "svg") == "outside"
        assert time.monotonic() - start < workers.WITHIN

    def test_the_reader_can_open_nothing_and_has_limits():
        line = (
            "from fumimori.report import logo_worker as w, workers; import resource, socket\n"
            "workers.bound(); w.prepare(); workers.seal()\n"
            "for act in (lambda: open('/etc/hostname'), lambda: socket.socket()):\n"
            "    try:\n        act()\n    except OSError:\n        print('refused')\n"
            "print(resource.getrlimit(resource.RLIMIT_CPU)[0], resource.getrlimit(resource.RLIMIT_AS)[0])\n"
            f"print(w.read({svg()!r}, 'svg').code or 'read')"
        )
        run = subprocess.run([sys.executable, "-c", line], capture_output=True, text=True, check=True, timeout=60)
        assert run.stdout.split() == ["refused", "refused", "5", str(1024**3), "read"]


def test_a_reader_that_does_not_end_is_ended(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(workers, "WITHIN", 0.3)
    monkeypatch.setattr(workers, "_command", lambda _work: [sys.executable, "-c", "import time; time.sleep(60)"])
    start = time.monotonic()
    with pytest.raises(LogoError) as caught:
        logos.read_logo(svg("<!-- slow -->" + BOX), "svg")
    assert caught.value.code == "complex"
    assert time.monotonic() - start < 10


@pytest.mark.parametrize("answer", ["print('nonsense')", "import os; os.abort()", "pass"])
def test_a_reader_that_dies_or_speaks_nonsense_is_a_refusal(monkeypatch: pytest.MonkeyPatch, answer: str):
    monkeypatch.setattr(workers, "_command", lambda _work: [sys.executable, "-c", answer])
    with pytest.raises(LogoError) as caught:
        logos.read_logo(svg(f"<!-- {answer} -->" + BOX), "svg")
    assert caught.value.code == "complex"


def test_a_reader_that_cannot_be_started_is_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(workers, "_command", lambda _work: ["/nowhere/at/all"])
    assert report.check_logo(svg("<!-- unchecked -->" + BOX), "svg") == "unchecked"


@pytest.mark.parametrize("parts", ["all", "management"])
def test_a_logo_that_cannot_be_printed_never_stops_a_report(parts: str):
    about = example.assessment(brand=Brand(logo=BAD["script"][0], logo_type="svg"))
    content = example.pdf(about, parts=parts)
    with pypdfium2.PdfDocument(content) as document:
        pages = "".join(page.get_textpage().get_text_range() for page in document)
    said = "".join(texts("ja")("words.logo.active").split())
    assert said in "".join(pages.split())


def test_what_is_cleaned_away_leaves_the_text_around_it():
    kept = clean(svg("<text>a<metadata>x</metadata>b</text>"))
    assert b"ab" in kept
    assert b"metadata" not in kept


def test_a_record_of_shapes_is_not_believed():
    from fumimori.report.logo_shapes import Reply, Shape, rebuilt

    whole = Reply(width=10, height=10, shapes=[Shape(kind="Rect", numbers={"x": 1.0, "width": 5.0, "height": 5.0})])
    assert rebuilt(whole, faces=("Helvetica", "Helvetica-Bold")).contents
    bad = (
        Shape(kind="Drawing"),
        Shape(kind="Rect", numbers={"x": float("nan")}),
        Shape(kind="Rect", numbers={"x": 1e9}),
        Shape(kind="Path", lists={"points": [1.0], "operators": [0.0]}),
        Shape(kind="Path", lists={"points": [], "operators": [9.0]}),
        Shape(kind="Image"),
        Shape(kind="LinearGradientShape"),
    )
    for one in bad:
        with pytest.raises(LogoError):
            rebuilt(msgspec.structs.replace(whole, shapes=[one]), faces=("Helvetica", "Helvetica-Bold"))
