"""The published schema says what document.py says, key by key, and refuses what the codec refuses."""

import copy
import dataclasses
import json
import re
import typing
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from crossfoot import codec, document
from crossfoot.document import (
    SCHEMA,
    Box,
    Cell,
    Column,
    Correction,
    Document,
    Equation,
    KindGuess,
    Mention,
    Page,
    Part,
    Problem,
    Reading,
    Scan,
    SourceInfo,
    Step,
    Table,
    TablePart,
    Term,
    Text,
)
from crossfoot.errors import DocumentError

PATH = Path(document.__file__).with_name("document.schema.json")
PUBLISHED = json.loads(PATH.read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(PUBLISHED)


def records() -> list[type]:
    """Every record that a document is made of, found by following the type hints."""
    seen: set[type] = set()
    waiting: list[Any] = [Document]
    while waiting:
        kind = waiting.pop()
        if dataclasses.is_dataclass(kind) and kind not in seen and kind is not Box:
            seen.add(kind)
            waiting += typing.get_type_hints(kind).values()
        waiting += typing.get_args(kind)
    return sorted(seen, key=lambda kind: kind.__name__)


def described(kind: type) -> dict[str, Any]:
    return PUBLISHED if kind is Document else PUBLISHED["$defs"][kind.__name__]


def resolve(schema: dict[str, Any]) -> dict[str, Any]:
    return PUBLISHED["$defs"][schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema


BOX = Box(80, 190.25, 1570, 2100)
READING = Reading("4.804.64", 0.91, "ppocr", (("4,804.64", -0.2),))


def full_table() -> Table:
    parts = (Part(1, BOX), Part(2, BOX))
    value = {
        "text": "4,804.64",
        "reading": READING,
        "amount": Decimal("4804.64"),
        "unit": "万元",
        "year": 2020,
    }
    judged = {"state": "corrected", "why": "rounding", "correction": Correction((3,), 4.1, "text_layer")}
    cell = Cell(0, 0, 1, 1, parts, stage="budget", equations=(3, 7), **value, **judged)
    about = {
        "title": "2020年部门收支总表",
        "organization": "某局",
        "year": 2020,
        "stage": "final",
        "unit": "万元",
    }
    kind = {"kind": "budget.revenue", "kinds": (KindGuess("budget.revenue", 0.98),), "notes": ("x4",)}
    columns = (Column("amount", "万元", 2), Column())
    grid = {"header_rows": 1, "columns": columns, "score": 0.5, "score_reason": "lines missing"}
    return Table("t1", (1, 1), (cell,), "g1", (TablePart(1, BOX, 2),), **about, **kind, **grid)


def full() -> Document:
    """A document in which every field of every record is filled."""
    identity = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
    page = Page(1, 1654, 2339, Scan(1660, 2345, 200.0, "image"), identity, ((0.0, 0.0, 1.0, 1.0),))
    term, amount = Term("t1", 0, 0, factor=Decimal(-1)), Decimal("0.01")
    equation = Equation(3, "sum", "law", "code_tree", term, (Term(mention="m1"),), amount, -amount, True)
    return Document(
        SourceInfo("report.pdf", "a" * 64, 12),
        "partial",
        (Problem("error", "page_unreadable", "page 2 could not be read", 2, "source", "t1"),),
        (Step("layout.upright", 0.1, {"angle": 1}),),
        (page,),
        (full_table(),),
        (equation,),
        (Mention("m1", 3, BOX, "4804.64万元", Decimal("4804.64"), None, "收入总计"),),
        (Text("x4", "note", 1, BOX, "注：…", READING),),
    )


def as_json(value: Document) -> dict[str, Any]:
    return json.loads(value.to_json())


def test_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(PUBLISHED)
    assert PUBLISHED["$id"] == SCHEMA
    assert PUBLISHED["properties"]["schema"]["const"] == SCHEMA


def test_schema_describes_every_record_and_no_other() -> None:
    names = {kind.__name__ for kind in records()} - {"Document"}
    assert set(PUBLISHED["$defs"]) == names | {"Box", "Decimal"}


@pytest.mark.parametrize("kind", records(), ids=lambda kind: kind.__name__)
def test_schema_has_the_keys_of_the_record(kind: type) -> None:
    fields = {f.name: f for f in dataclasses.fields(kind) if f.name != "extra"}
    schema = described(kind)
    top = {"schema"} if kind is Document else set()
    assert set(schema["properties"]) == set(fields) | top
    required = {name for name, f in fields.items() if codec._required(f)}
    assert set(schema.get("required", [])) == required | top
    assert schema.get("additionalProperties", True) is True
    assert schema["description"]
    for name, key in schema["properties"].items():
        assert key.get("description"), f"{kind.__name__}.{name} is not described"


@pytest.mark.parametrize("kind", records(), ids=lambda kind: kind.__name__)
def test_schema_has_the_types_of_the_record(kind: type) -> None:
    hints = typing.get_type_hints(kind)
    for f in dataclasses.fields(kind):
        if f.name == "extra":
            continue
        schema, hint = described(kind)["properties"][f.name], hints[f.name]
        inner = [h for h in typing.get_args(hint) if h is not type(None)]
        optional = type(None) in typing.get_args(hint)
        null = {"type": "null"}
        nullable = (
            None in schema.get("enum", [])
            or "null" in schema.get("type", [])
            or null in schema.get("anyOf", [])
        )
        assert nullable == optional, f"{kind.__name__}.{f.name}"
        plain = inner[0] if optional else hint
        if typing.get_origin(plain) is typing.Literal:
            choices = {choice for choice in schema["enum"] if choice is not None}
            assert choices == set(typing.get_args(plain)), f"{kind.__name__}.{f.name}"
            continue
        resolved = resolve(schema["anyOf"][0] if "anyOf" in schema else schema)
        if dataclasses.is_dataclass(plain) or plain is Decimal:
            assert resolved is PUBLISHED["$defs"][plain.__name__]
            continue
        expected = {str: "string", int: "integer", float: "number", bool: "boolean"}.get(plain)
        expected = expected or ("array" if typing.get_origin(plain) is tuple else "object")
        assert expected in resolved["type"], f"{kind.__name__}.{f.name}"


def test_amount_pattern_is_the_codecs() -> None:
    pattern = PUBLISHED["$defs"]["Decimal"]["pattern"]
    for text in [
        "0",
        "-1.50",
        "1" * 40,
        "004",
        "1." + "1" * 40,
        "",
        "1.",
        ".5",
        "+1",
        "1e5",
        "NaN",
        "1" * 41,
        "１",
        "1,0",
    ]:
        assert bool(re.search(pattern, text)) == bool(codec._DECIMAL.fullmatch(text)), text


def test_valid_documents_validate() -> None:
    VALIDATOR.validate(as_json(full()))
    VALIDATOR.validate(as_json(Document(SourceInfo("a", "b", 1))))
    VALIDATOR.validate({"schema": SCHEMA, "source": {"name": "a", "sha256": "b", "pages": 1}})


def test_unknown_keys_are_allowed_everywhere() -> None:
    def add(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: add(item) for key, item in value.items()} | {"added_later": [1, None]}
        return [add(item) for item in value] if isinstance(value, list) else value

    value = add(as_json(full()))
    VALIDATOR.validate(value)
    assert as_json(Document.from_json(json.dumps(value))) == value


BROKEN: list[tuple[str, Any]] = [
    ("schema", "crossfoot/2"),
    ("source", None),
    ("source.pages", "12"),
    ("source.sha256", 1),
    ("status", "ok"),
    ("status", "done"),
    ("problems.0.severity", "fatal"),
    ("pages.0.scan.source", "fax"),
    ("pages.0.number", 1.5),
    ("tables", {}),
    ("tables.0.shape", [1]),
    ("tables.0.shape", [-1, 1]),
    ("tables.0.cells.0.row", -1),
    ("tables.0.cells.0.row_span", 0),
    ("tables.0.cells.0.amount", 4804.64),
    ("tables.0.cells.0.amount", "4,804.64"),
    ("tables.0.cells.0.amount", "NaN"),
    ("tables.0.cells.0.state", "sure"),
    ("tables.0.cells.0.text", None),
    ("tables.0.cells.0.header", 0),
    ("tables.0.cells.0.year", True),
    ("tables.0.cells.0.parts.0.box", [1, 2, 3]),
    ("tables.0.cells.0.parts.0.box", [1, 2, 3, "4"]),
    ("tables.0.cells.0.reading.alternatives.0", ["4,804.64"]),
    ("tables.0.cells.0.reading.alternatives.0", [-0.2, "4,804.64"]),
    ("tables.0.columns.0.role", "money"),
    ("equations.0.relation", "about"),
    ("equations.0.total", None),
    ("equations.0.terms.0.factor", 1),
    ("mentions.0.amount", None),
    ("texts.0.role", "poem"),
]


@pytest.mark.parametrize(("path", "value"), BROKEN)
def test_what_breaks_the_format_is_refused_by_schema_and_codec_alike(path: str, value: Any) -> None:
    broken = as_json(full())
    *steps, last = path.split(".")
    place: Any = broken
    for step in steps:
        place = place[int(step) if step.isdigit() else step]
    place[int(last) if last.isdigit() else last] = value
    assert not VALIDATOR.is_valid(broken)
    with pytest.raises(DocumentError):
        Document.from_json(json.dumps(broken))


@pytest.mark.parametrize(
    "kind", [kind for kind in records() if kind is not Document], ids=lambda kind: kind.__name__
)
def test_missing_keys_are_refused_by_schema_and_codec_alike(kind: type) -> None:
    encoded = codec.encode(next(find(full(), kind)))
    local = {"$ref": f"#/$defs/{kind.__name__}", "$defs": PUBLISHED["$defs"]}
    for key in encoded:
        short = copy.copy(encoded)
        del short[key]
        accepted = key not in described(kind).get("required", [])
        assert jsonschema.Draft202012Validator(local).is_valid(short) == accepted
        if accepted:
            codec.decode(kind, json.loads(json.dumps(short)))
        else:
            with pytest.raises(DocumentError, match=f"key {key} is missing"):
                codec.decode(kind, json.loads(json.dumps(short)))


def find(value: Any, kind: type) -> Iterator[Any]:
    if isinstance(value, kind):
        yield value
    if dataclasses.is_dataclass(value):
        for f in dataclasses.fields(value):
            yield from find(getattr(value, f.name), kind)
    elif isinstance(value, tuple):
        for item in value:
            yield from find(item, kind)
