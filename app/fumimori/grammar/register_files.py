"""From the text of `resources/registers/<id>/columns.toml` to the registers' columns; pure, strict, loud."""

from collections.abc import Mapping

import msgspec

from fumimori.model import Column, ColumnKind, Record, Register


class RegisterFileError(ValueError):
    """A file of columns that does not say what it must; names the register and the column."""


class _Column(Record, forbid_unknown_fields=True):
    kind: ColumnKind = ColumnKind.TEXT
    required: bool = False
    options: tuple[str, ...] = ()
    expires: bool = False
    until: str = ""


class _File(Record, forbid_unknown_fields=True):
    order: int
    columns: dict[str, _Column]


def parse_registers(files: Mapping[str, Mapping[str, object]]) -> tuple[Register, ...]:
    """The registers of `files` (id → parsed TOML) in the order that they are shown in.

    Raises RegisterFileError: for a key that nobody knows, a choice without options or options without a choice, and a
    column that names another one which is not there.
    """
    found: list[tuple[int, Register]] = []
    for identity, content in files.items():
        try:
            raw = msgspec.convert(content, _File)
        except msgspec.ValidationError as error:
            raise RegisterFileError(f"{identity}: {error}") from error
        columns = tuple(
            Column(
                key=key,
                kind=column.kind,
                required=column.required,
                options=column.options,
                expires=column.expires,
                until=column.until,
            )
            for key, column in raw.columns.items()
        )
        for column in columns:
            if (column.kind is ColumnKind.CHOICE) != bool(column.options):
                raise RegisterFileError(f"{identity}.{column.key}: options belong to a choice, and to nothing else")
            if column.until and column.until not in raw.columns:
                raise RegisterFileError(f"{identity}.{column.key}: there is no column {column.until}")
            if column.expires and column.kind is not ColumnKind.DAY:
                raise RegisterFileError(f"{identity}.{column.key}: only a day comes")
        found.append((raw.order, Register(id=identity, columns=columns)))
    return tuple(register for _, register in sorted(found, key=lambda one: (one[0], one[1].id)))
