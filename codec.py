"""Records to JSON values and back, driven by the records' own type hints.

One decoder is compiled per type and cached, so that a document of 60,000 cells loads in
about a second. Keys that a record does not know are kept in its `extra` and written back;
keys that a record has and the JSON lacks take the record's default. What does not fit
raises DocumentError with the path of the offending value.
"""

from __future__ import annotations

import dataclasses
import functools
import re
import sys
import types
import typing
from collections.abc import Callable, Hashable, Mapping
from decimal import Decimal
from typing import Any, TypeVar

from .errors import DocumentError

T = TypeVar("T")
Decoder = Callable[[Any], Any]
_LARGEST = sys.float_info.max
_DECIMAL = re.compile(r"-?\d{1,40}(\.\d{1,40})?", re.ASCII)


def encode(value: Any) -> Any:
    """A record, or anything inside one, as JSON values. Decimals become strings."""
    if hasattr(value, "to_list"):  # Box: four numbers read better than four keys
        return value.to_list()
    if dataclasses.is_dataclass(value):
        fields = (f.name for f in dataclasses.fields(value) if f.name != "extra")
        encoded = {name: encode(getattr(value, name)) for name in fields}
        unknown = {key: item for key, item in getattr(value, "extra", {}).items() if key not in encoded}
        return encoded | unknown
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, tuple | list):
        return [encode(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): encode(item) for key, item in value.items()}
    return value


def decode(kind: type[T], value: Any) -> T:
    """A JSON value as a record of type `kind`.

    Raises:
        DocumentError: a value of the wrong type, a missing key, or a record that refuses
            its values; the message starts with the path, as in `tables[3].cells[7].row`.
    """
    return typing.cast(T, _decoder(typing.cast(Hashable, kind))(value))


def _fail(expected: str, value: Any) -> DocumentError:
    shown = repr(value)
    return DocumentError(f"{expected} expected, not {shown[:40] + '…' if len(shown) > 40 else shown}")


def _within(step: str, error: DocumentError) -> DocumentError:
    path = step + (error.name if error.name.startswith("[") or not error.name else f".{error.name}")
    return DocumentError(error.reason, name=path)


@functools.cache
def _decoder(kind: Any) -> Decoder:
    origin = typing.get_origin(kind)
    if origin in (typing.Union, types.UnionType):
        return _union(typing.get_args(kind))
    if origin is typing.Literal:
        return _literal(typing.get_args(kind))
    if origin is tuple:
        return _tuple(typing.get_args(kind))
    if origin in (dict, Mapping):
        return _mapping
    if hasattr(kind, "from_list"):
        return _listed(kind)
    if dataclasses.is_dataclass(kind):
        return _record(kind)
    return _SCALARS[kind]


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise _fail("text", value)
    return value


def _integer(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise _fail("an integer", value)
    return value


def _float(value: Any) -> float:
    # Compared, not asked isfinite(), which overflows on an integer of 400 digits.
    if not isinstance(value, int | float) or isinstance(value, bool) or not abs(value) <= _LARGEST:
        raise _fail("a finite number", value)
    return float(value)


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise _fail("true or false", value)
    return value


def _nothing(value: Any) -> None:
    if value is not None:
        raise _fail("null", value)


def _decimal(value: Any) -> Decimal:
    if not isinstance(value, str) or not _DECIMAL.fullmatch(value):
        raise _fail("a decimal in a string", value)
    return Decimal(value)


def _mapping(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _fail("an object", value)
    return value


_SCALARS: dict[Any, Decoder] = {
    str: _text,
    int: _integer,
    float: _float,
    bool: _boolean,
    type(None): _nothing,
    Decimal: _decimal,
    Any: lambda value: value,
}


def _union(kinds: tuple[Any, ...]) -> Decoder:
    # Every union in the records is "something or null".
    (inner,) = (kind for kind in kinds if kind is not type(None))
    decode_inner = _decoder(inner)
    return lambda value: None if value is None else decode_inner(value)


def _literal(allowed: tuple[str, ...]) -> Decoder:
    choices = frozenset(allowed)

    def decode_literal(value: Any) -> Any:
        if not isinstance(value, str) or value not in choices:
            raise _fail(f"one of {', '.join(allowed)}", value)
        return value

    return decode_literal


def _items(value: Any, decoders: Callable[[int], Decoder]) -> tuple[Any, ...]:
    items = []
    for index, item in enumerate(value):
        try:
            items.append(decoders(index)(item))
        except DocumentError as error:
            raise _within(f"[{index}]", error) from None
    return tuple(items)


def _tuple(kinds: tuple[Any, ...]) -> Decoder:
    variable = len(kinds) == 2 and kinds[1] is Ellipsis
    decoders = [_decoder(kind) for kind in kinds if kind is not Ellipsis]

    def decode_tuple(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list) or (not variable and len(value) != len(decoders)):
            raise _fail("a list" if variable else f"a list of {len(decoders)}", value)
        return _items(value, lambda index: decoders[0 if variable else index])

    return decode_tuple


def _listed(kind: Any) -> Decoder:
    def decode_listed(value: Any) -> Any:
        if not isinstance(value, list):
            raise _fail("a list of numbers", value)
        return kind.from_list(_items(value, lambda _: _float))

    return decode_listed


def _record(kind: Any) -> Decoder:
    hints = typing.get_type_hints(kind)
    decoders = {f.name: _decoder(hints[f.name]) for f in dataclasses.fields(kind) if f.name != "extra"}
    keeps_extra = "extra" in hints

    def decode_record(value: Any) -> Any:
        if not isinstance(value, dict):
            raise _fail("an object", value)
        known: dict[str, Any] = {}
        extra: dict[str, Any] = {}
        for key, item in value.items():
            decoder = decoders.get(key)
            if decoder is None:
                extra[key] = item
                continue
            try:
                known[key] = decoder(item)
            except DocumentError as error:
                raise _within(key, error) from None
        if keeps_extra:
            known["extra"] = extra
        try:
            return kind(**known)
        except TypeError:
            missing = [f.name for f in dataclasses.fields(kind) if _required(f) and f.name not in known]
            raise DocumentError(f"key {', '.join(missing)} is missing") from None

    return decode_record


def _required(field: dataclasses.Field[Any]) -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
