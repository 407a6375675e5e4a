"""What leaves the program besides the report: tables, a calendar, a document, a page, orders and settings.

The only place with office formats. Every function here is handed a `Material` and gives files by name; nothing is
written to disk and nothing of the office libraries is loaded before one is called.
"""

from collections.abc import Callable, Mapping

from fumimori.exports.material import Material, PackageTooLargeError

__all__ = ["FORMATS", "HANDOVER", "Material", "PackageTooLargeError", "exported"]


Files = Mapping[str, bytes]


def _spreadsheet(material: Material) -> Files:
    from fumimori.exports import spreadsheet

    return {"fumimori.xlsx": spreadsheet.workbook(material)}


def _csv(material: Material) -> Files:
    from fumimori.exports import spreadsheet

    return spreadsheet.csv_files(material)


def _calendar(material: Material) -> Files:
    from fumimori.exports import calendar

    return {"fumimori.ics": calendar.calendar(material)}


def _document(material: Material) -> Files:
    from fumimori.exports import document

    return {"management.docx": document.document(material)}


def _page(material: Material) -> Files:
    from fumimori.exports import web_page

    return {"report.html": web_page.page(material)}


def _orders(material: Material) -> Files:
    from fumimori.exports import sheets, work_orders

    texts = work_orders.orders(material)
    printed = {
        name.removesuffix(".txt") + ".pdf": material.print_sheet(
            sheets.order_sheet(material, content.decode("utf-8-sig").replace("\r\n", "\n"))
        )
        for name, content in texts.items()
    }
    return {**texts, **printed}


def _provider(material: Material) -> Files:
    from fumimori.exports import sheets, work_orders

    found = work_orders.for_providers(material)
    return {"provider.pdf": material.print_sheet(sheets.order_sheet(material, found))} if found else {}


def _partner(material: Material) -> Files:
    from fumimori.exports import sheets

    return {"partner.pdf": material.print_sheet(sheets.partner_sheet(material))}


def _staff(material: Material) -> Files:
    from fumimori.exports import sheets

    return {"staff.pdf": material.print_sheet(sheets.staff_sheet(material))}


def _authorisation(material: Material) -> Files:
    from fumimori.exports import sheets

    return {"authorisation.pdf": material.print_sheet(sheets.authorisation_sheet(material))}


def _settings(material: Material) -> Files:
    from fumimori.exports import settings_files

    return settings_files.files(material)


FORMATS: Mapping[str, Callable[[Material], Files]] = {
    "xlsx": _spreadsheet,
    "csv": _csv,
    "ics": _calendar,
    "docx": _document,
    "html": _page,
    "orders": _orders,
    "provider": _provider,
    "partner": _partner,
    "staff": _staff,
    "authorisation": _authorisation,
    "settings": _settings,
}
"""What can be asked for, by the word that the command line takes."""


HANDOVER = "handover"
"""The word for all of these, the report and the scan in one archive."""


def exported(material: Material, formats: tuple[str, ...]) -> dict[str, bytes]:
    """All files of `formats` by name, each a word of FORMATS or HANDOVER; KeyError for any other.

    PackageTooLargeError for more than an archive shall hold.
    """
    files: dict[str, bytes] = {}
    for word in formats:
        files |= _handover(material) if word == HANDOVER else FORMATS[word](material)
    return files


def _handover(material: Material) -> Files:
    from fumimori.exports import handover

    made = {word: make(material) for word, make in FORMATS.items()}
    return {handover.NAME: handover.package(material, made)}
