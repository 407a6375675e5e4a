"""Structure, metadata, colour intent and attachments after the rules of PDF/UA-1 and PDF/A-3 (ISO 14289-1, 19005-3)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

import pikepdf
from pikepdf import Array, AttachedFileSpec, Dictionary, Name, String

from fumimori.report.attachments import MIME
from fumimori.report.canvas import LinkMark, Mark, Node


@dataclass(frozen=True, kw_only=True)
class About:
    """What the document says about itself."""

    title: str
    author: str
    language: str
    made: datetime
    producer: str


def completed(content: bytes, root: Node, about: About, files: Mapping[str, bytes]) -> bytes:
    """The PDF in `content` with everything that the drawing library cannot write."""
    with pikepdf.open(BytesIO(content)) as pdf:
        _structure(pdf, root)
        _say_about(pdf, about)
        _intent(pdf)
        _attach(pdf, files, about)
        for page in pdf.pages:
            page.obj[Name.Tabs] = Name.S
        output = BytesIO()
        pdf.save(
            output,
            deterministic_id=True,
            compress_streams=True,
            recompress_flate=False,
            stream_decode_level=pikepdf.StreamDecodeLevel.generalized,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
        )
        return output.getvalue()


def _structure(pdf: pikepdf.Pdf, root: Node) -> None:
    tree = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot))
    writer = _Writer(pdf)
    tree[Name.K] = Array([writer.element(root, tree)])
    tree[Name.ParentTree] = pdf.make_indirect(Dictionary(Nums=writer.parent_numbers()))
    tree[Name.ParentTreeNextKey] = writer.next_key
    pdf.Root[Name.StructTreeRoot] = tree
    pdf.Root[Name.MarkInfo] = Dictionary(Marked=True)


class _Writer:
    """Writes elements depth first and remembers which element owns which mark."""

    def __init__(self, pdf: pikepdf.Pdf) -> None:
        self._pdf = pdf
        self._pages = [page.obj for page in pdf.pages]
        self._owners: list[dict[int, Any]] = [{} for _ in self._pages]
        self._links: list[tuple[int, Any]] = []
        self.next_key = len(self._pages)

    def element(self, node: Node, parent: Any) -> Any:
        """The structure element of `node` with everything below it."""
        element = self._pdf.make_indirect(Dictionary(Type=Name.StructElem, S=Name(f"/{node.kind}"), P=parent))
        if node.alt:
            element[Name.Alt] = String(node.alt)
        attributes = self._attributes(node)
        if attributes:
            element[Name.A] = attributes
        page = next((child.page for child in node.children if isinstance(child, Mark)), None)
        if page is not None:
            element[Name.Pg] = self._pages[page]
        children: list[Any] = []
        for child in node.children:
            if isinstance(child, Node):
                children.append(self.element(child, element))
            elif isinstance(child, Mark):
                children.append(self._mark(child, element, page))
            else:
                children.append(self._link(child, element))
        element[Name.K] = Array(children)
        return element

    @staticmethod
    def _attributes(node: Node) -> Dictionary | None:
        if node.scope:
            return Dictionary(O=Name.Table, Scope=Name(f"/{node.scope}"))
        if node.box:
            return Dictionary(O=Name.Layout, Placement=Name.Block, BBox=Array([round(n, 2) for n in node.box]))
        if node.kind == "L":
            return Dictionary(O=Name.List, ListNumbering=Name.Decimal)
        return None

    def _mark(self, mark: Mark, element: Any, page: int | None) -> Any:
        """The mark as its number alone where it stands on the element's own page, `page`."""
        self._owners[mark.page][mark.mcid] = element
        if mark.page == page:
            return mark.mcid
        return Dictionary(Type=Name.MCR, Pg=self._pages[mark.page], MCID=mark.mcid)

    def _link(self, link: LinkMark, element: Any) -> Any:
        page = self._pages[link.page]
        annotation = page.Annots[link.index]
        if not annotation.is_indirect:
            annotation = self._pdf.make_indirect(annotation)
            page.Annots[link.index] = annotation
        annotation[Name.StructParent] = self.next_key
        annotation[Name.Contents] = String(link.words)
        annotation[Name.F] = 4
        self._links.append((self.next_key, element))
        self.next_key += 1
        return Dictionary(Type=Name.OBJR, Obj=annotation, Pg=page)

    def parent_numbers(self) -> Array:
        """The parent tree: page marks first, then links."""
        numbers = Array()
        for key, (page, owners) in enumerate(zip(self._pages, self._owners, strict=True)):
            page[Name.StructParents] = key
            numbers.append(key)
            numbers.append(self._pdf.make_indirect(Array([owners[mcid] for mcid in sorted(owners)])))
        for key, element in self._links:
            numbers.append(key)
            numbers.append(element)
        return numbers


def _say_about(pdf: pikepdf.Pdf, about: About) -> None:
    pdf.Root[Name.Lang] = String(about.language)
    pdf.Root[Name.PageMode] = Name.UseOutlines
    pdf.Root[Name.ViewerPreferences] = Dictionary(DisplayDocTitle=True)
    made = about.made.astimezone(UTC)
    stamp = f"D:{made:%Y%m%d%H%M%S}+00'00'"
    pdf.docinfo = pdf.make_indirect(
        Dictionary(
            Title=String(about.title),
            Author=String(about.author),
            Creator=String(about.producer),
            Producer=String(about.producer),
            CreationDate=String(stamp),
            ModDate=String(stamp),
        )
    )
    packet = pdf.make_stream(_packet(about, f"{made:%Y-%m-%dT%H:%M:%S+00:00}").encode())
    packet[Name.Type], packet[Name.Subtype] = Name.Metadata, Name.XML
    pdf.Root[Name.Metadata] = packet


def _packet(about: About, made: str) -> str:
    title, author, producer = escape(about.title), escape(about.author), escape(about.producer)
    ua = "http://www.aiim.org/pdfua/ns/id/"
    return f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/" xmlns:pdfuaid="{ua}">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>
<dc:language><rdf:Bag><rdf:li>{about.language}</rdf:li></rdf:Bag></dc:language>
<dc:format>application/pdf</dc:format>
<xmp:CreateDate>{made}</xmp:CreateDate><xmp:ModifyDate>{made}</xmp:ModifyDate>
<xmp:CreatorTool>{producer}</xmp:CreatorTool><pdf:Producer>{producer}</pdf:Producer>
<pdfaid:part>3</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance><pdfuaid:part>1</pdfuaid:part>
</rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification</pdfaSchema:schema>
<pdfaSchema:namespaceURI>{ua}</pdfaSchema:namespaceURI><pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289 that the file keeps to</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""


def _intent(pdf: pikepdf.Pdf) -> None:
    profile = pdf.make_stream(_srgb())
    profile[Name.N] = 3
    profile[Name.Alternate] = Name.DeviceRGB
    pdf.Root[Name.OutputIntents] = Array(
        [
            Dictionary(
                Type=Name.OutputIntent,
                S=Name.GTS_PDFA1,
                OutputConditionIdentifier=String("sRGB"),
                Info=String("sRGB IEC61966-2.1"),
                DestOutputProfile=profile,
            )
        ]
    )


def _srgb() -> bytes:
    """The sRGB profile of the colour library, with the day of its making taken out of its head (ICC.1, 7.2)."""
    from PIL import ImageCms

    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[24:36] = bytes.fromhex("07ea00010001000000000000")
    profile[84:100] = bytes(16)
    return bytes(profile)


def _attach(pdf: pikepdf.Pdf, files: Mapping[str, bytes], about: About) -> None:
    stamp = f"D:{about.made.astimezone(UTC):%Y%m%d%H%M%S}+00'00'"
    associated = Array()
    for name, content in files.items():
        file = AttachedFileSpec(
            pdf,
            content,
            filename=name,
            description=name,
            mime_type=MIME[name.rpartition(".")[2]],
            creation_date=stamp,
            mod_date=stamp,
            relationship=Name.Data,
        )
        pdf.attachments[name] = file
        associated.append(file.obj)
    pdf.Root[Name.AF] = associated
