"""Values of any shape that a record's types allow, drawn by chance; strings of the trade and hostile ones."""

import enum
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from random import Random
from typing import Any

import msgspec
from msgspec import inspect

NUMBERS = (0, 1, 2, 3, 25, 53, 80, 443, 587, 993, 1024, 2048, 65535, 65536, -1, 1 << 31, (1 << 63) - 1, -(1 << 63))
MOMENTS = ("2026-11-24T10:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-11-24T10:00:00+14:00")


class Shapes:
    """Draws values; `pool` holds strings by the name of the field that they were seen in, `hostile` all the others."""

    def __init__(self, chance: Random, pool: Mapping[str, Sequence[str]], hostile: Sequence[str]) -> None:
        self._chance = chance
        self._pool = pool
        self._hostile = hostile
        self._everything = sorted({text for texts in pool.values() for text in texts}) or [""]

    def record(self, kind: type) -> dict[str, Any]:
        """What `kind` (a record) could be, as JSON would hold it."""
        return self._struct(_shape(kind), 0)

    def text(self, name: str = "") -> str:
        """A string as it may stand in the field `name`."""
        chance, draw = self._chance, self._chance.random()
        if draw < 0.5 and self._pool.get(name):
            return chance.choice(self._pool[name])
        if draw < 0.75:
            return chance.choice(self._everything)
        return chance.choice(self._hostile) if draw < 0.95 else chance.choice(self._everything)[: chance.randrange(9)]

    def _struct(self, shape: inspect.StructType, depth: int) -> dict[str, Any]:
        made = {}
        for field in shape.fields:
            if field.required or self._chance.random() < 0.8:
                made[field.encode_name] = self._value(field.type, field.encode_name, depth + 1)
        return made

    def _value(self, shape: inspect.Type, name: str, depth: int) -> Any:  # noqa: PLR0911 - a table of types
        chance = self._chance
        match shape:
            case inspect.StructType():
                return self._struct(shape, depth)
            case inspect.UnionType():
                return self._value(chance.choice(shape.types), name, depth)
            case inspect.VarTupleType() | inspect.ListType() | inspect.SetType() | inspect.FrozenSetType():
                most = 4 if depth < 4 else 1
                return [self._value(shape.item_type, name, depth + 1) for _ in range(chance.randrange(most + 1))]
            case inspect.TupleType():
                return [self._value(item, name, depth + 1) for item in shape.item_types]
            case inspect.DictType():
                keys = [self.text(name) for _ in range(chance.randrange(4))]
                return {key: self._value(shape.value_type, name, depth + 1) for key in keys}
            case inspect.EnumType():
                return chance.choice([member.value for member in shape.cls])
            case inspect.LiteralType():
                return chance.choice(shape.values)
            case inspect.DateTimeType():
                return self._moment()
            case inspect.DateType():
                return self._moment()[:10]
            case _:
                return _PLAIN[type(shape)](self, name)

    def _moment(self) -> str:
        if self._chance.random() < 0.1:
            return self._chance.choice(MOMENTS)
        day = datetime(2026, 11, 24, tzinfo=UTC) + timedelta(hours=self._chance.randrange(-20000, 20000))
        return day.isoformat()

    def number(self) -> int:
        """A whole number, often one that matters somewhere."""
        return self._chance.choice((*NUMBERS, self._chance.randrange(400), self._chance.randrange(70000)))


_PLAIN: dict[type, Callable[[Shapes, str], Any]] = {
    inspect.StrType: lambda shapes, name: shapes.text(name),
    inspect.IntType: lambda shapes, _name: shapes.number(),
    inspect.FloatType: lambda shapes, _name: float(shapes.number()),
    inspect.BoolType: lambda shapes, _name: shapes._chance.random() < 0.5,
    inspect.NoneType: lambda _shapes, _name: None,
    inspect.BytesType: lambda _shapes, _name: "AAECAw==",
    inspect.AnyType: lambda _shapes, _name: None,
}


@cache
def _shape(kind: type) -> inspect.StructType:
    shape = inspect.type_info(kind)
    assert isinstance(shape, inspect.StructType)
    return shape


def strings_of(value: Any, name: str = "", into: dict[str, set[str]] | None = None) -> dict[str, set[str]]:
    """Every string of a piece of JSON under the name of the field that it is in."""
    found = {} if into is None else into
    if isinstance(value, str):
        found.setdefault(name, set()).add(value)
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            strings_of(inner, key, found)
    elif isinstance(value, Sequence):
        for inner in value:
            strings_of(inner, name, found)
    return found


def spoiled(value: Any, shapes: Shapes, chance: Random) -> Any:
    """`value` (JSON) with one leaf changed, one element doubled or dropped; the types mostly stay what they were."""
    if isinstance(value, dict) and value:
        key = chance.choice(list(value))
        if chance.random() < 0.03:
            return {name: inner for name, inner in value.items() if name != key}
        return value | {key: spoiled(value[key], shapes, chance) if value[key] else _leaf(value[key], key, shapes)}
    if isinstance(value, list) and value:
        place, draw = chance.randrange(len(value)), chance.random()
        if draw < 0.1:
            return value[:place] + value[place + 1 :]
        if draw < 0.2:
            return [*value, value[place]]
        return [*value[:place], spoiled(value[place], shapes, chance), *value[place + 1 :]]
    return _leaf(value, "", shapes)


def _leaf(value: Any, name: str, shapes: Shapes) -> Any:
    if isinstance(value, enum.Enum | bool):
        return not value
    if isinstance(value, int | float):
        return shapes.number()
    return shapes.text(name) if isinstance(value, str) else value


def encoded(value: Any) -> bytes:
    """The JSON octets of `value`."""
    return msgspec.json.encode(value)
