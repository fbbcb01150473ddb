"""The records refuse what is no grid, and document.json gives back what was saved."""

import errno
import json
import math
import os
import pickle
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from crossfoot import document as module
from crossfoot.amounts import parse
from crossfoot.document import (
    PROBLEM_CODES,
    Box,
    Cell,
    Document,
    Mention,
    Part,
    Problem,
    Reading,
    SourceInfo,
    Step,
    Table,
    Text,
    write_atomically,
)
from crossfoot.errors import DocumentError, LimitExceeded, OutputError
from hypothesis import given, settings
from hypothesis import strategies as st

SOURCE = SourceInfo("报告.pdf", "0" * 64, 1)

numbers = st.floats(-1e6, 1e6)
boxes = st.builds(
    lambda x, y, w, h: Box(x, y, x + w, y + h), numbers, numbers, st.floats(0, 1e4), st.floats(0, 1e4)
)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
extras = st.dictionaries(st.sampled_from(["labels", "later", "extra", "表"]), json_values, max_size=2)
texts = st.text(st.characters(), max_size=8) | st.sampled_from(["1,234.50", "(3.00)", "=1", "\ud800"])


@st.composite
def tables(draw: st.DrawFn) -> Table:
    rows, cols = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    free = {(row, col) for row in range(rows) for col in range(cols)}
    cells = []
    while free:
        row, col = min(free)
        wide = draw(st.integers(1, 3))
        while not all((row, col + i) in free for i in range(wide)):
            wide -= 1
        tall = draw(st.integers(1, rows - row))
        while not all((row + j, col + i) in free for i in range(wide) for j in range(tall)):
            tall -= 1
        free -= {(row + j, col + i) for i in range(wide) for j in range(tall)}
        text = draw(texts)
        amount = parse(text)
        parts = tuple(Part(1, box) for box in draw(st.lists(boxes, max_size=2)))
        reading = draw(
            st.none() | st.builds(Reading, texts, numbers, texts, st.tuples(st.tuples(texts, numbers)))
        )
        known = {
            "text": text,
            "amount": amount.value if amount else None,
            "reading": reading,
            "extra": draw(extras),
        }
        cells.append(Cell(row, col, tall, wide, parts, **known))
    return Table("t1", (rows, cols), tuple(draw(st.permutations(cells))), extra=draw(extras))


documents = st.builds(
    Document,
    st.just(SOURCE),
    st.sampled_from(["ok", "partial", "failed"]),
    steps=st.tuples(
        st.builds(Step, texts, numbers, st.dictionaries(st.text(max_size=5), json_values, max_size=2))
    ),
    tables=st.lists(tables(), max_size=2).map(tuple),
    texts=st.tuples(st.builds(Text, texts, st.just("note"), st.integers(1, 9), boxes, texts, extra=extras)),
    extra=extras,
)


@settings(max_examples=80, deadline=None)
@given(documents)
def test_json_gives_back_an_equal_document(document: Document) -> None:
    text = document.to_json()
    again = Document.from_json(text)
    assert again == document
    assert again.to_json() == text


def test_saved_documents_load_even_with_half_a_surrogate_pair(tmp_path: Path) -> None:
    text = Text("x1", "note", 1, Box(0, 0, 1, 1), '\ud800"\\\udc00表\x00')
    document = Document(SOURCE, texts=(text,))
    document.save(tmp_path / "document.json")
    assert Document.load(tmp_path / "document.json") == document


def test_documents_pickle() -> None:
    document = Document(
        SOURCE, tables=(Table("t1", (1, 1), (Cell(0, 0, parts=(Part(1, Box(0, 0, 1, 1)),)),)),)
    )
    document.tables[0].cell_at(0, 0)
    assert pickle.loads(pickle.dumps(document)) == document


@pytest.mark.parametrize(
    ("shape", "cells", "message"),
    [
        ((1, 2), [(0, 0, 1, 1)], "address (0, 1) is covered by no cell"),
        ((1, 2), [(0, 0, 1, 1), (0, 0, 1, 1)], "address (0, 0) is covered twice"),
        ((2, 2), [(0, 0, 2, 1), (0, 0, 1, 2)], "address (0, 0) is covered twice"),
        ((2, 2), [(0, 0, 1, 2), (1, 1, 1, 1)], "address (1, 0) is covered by no cell"),
        ((1, 1), [(0, 0, 1, 2)], "cells cover 2 addresses of a 1 × 1 table"),
        ((1, 2), [(0, 1, 1, 2)], "cell (0, 1) reaches out of a 1 × 2 table"),
        ((1, 2), [(1, 0, 1, 2)], "cell (1, 0) reaches out of a 1 × 2 table"),
        ((1, 1), [(0, 0, 10**9, 10**9)], "cells cover"),
        ((10**9, 10**9), [(0, 0, 10**9, 10**9)], "more than"),
        ((10**12, 1), [], "more than"),
        ((10**300, 10**300), [], "more than"),
        ((-1, 0), [], "is no shape"),
        ((-2, -2), [], "is no shape"),
        ((10**9, 0), [], "is no shape"),
    ],
)
def test_what_is_no_complete_grid_is_refused(shape: tuple[int, int], cells: list[Any], message: str) -> None:
    with pytest.raises(DocumentError) as caught:
        Table("t1", shape, tuple(Cell(*address) for address in cells))
    assert message in str(caught.value)


@pytest.mark.parametrize("address", [(-1, 0, 1, 1), (0, -1, 1, 1), (0, 0, 0, 1), (0, 0, 1, -1)])
def test_what_is_no_address_is_refused(address: tuple[int, int, int, int]) -> None:
    with pytest.raises(DocumentError, match="no address"):
        Cell(*address)


@settings(deadline=None)
@given(tables())
def test_every_address_has_its_cell(table: Table) -> None:
    starts = [cell for row in table.starts() for cell in row]
    assert starts == sorted(table.cells, key=lambda cell: (cell.row, cell.col))
    for cell in table.cells:
        assert all(table.cell_at(row, col) is cell for row in cell.rows for col in cell.cols)
    with pytest.raises(KeyError):
        table.cell_at(*table.shape)


def test_a_table_may_be_empty() -> None:
    assert list(Table("t1", (0, 0), ()).starts()) == []


@pytest.mark.parametrize(
    "edges",
    [
        (1, 0, 0, 1),
        (0, 1, 1, 0),
        (math.nan, 0, 1, 1),
        (0, 0, 1, math.nan),
        (0, 0, math.inf, 1),
        (-math.inf, 0, 0, 0),
    ],
)
def test_boxes_refuse_inversion_and_what_json_cannot_write(edges: tuple[float, ...]) -> None:
    with pytest.raises(DocumentError, match="inverted or infinite"):
        Box(*edges)


@given(boxes, boxes)
def test_boxes_overlap_alike_both_ways_and_within_their_hull(one: Box, other: Box) -> None:
    assert one.overlap(other) == other.overlap(one)
    hull = Box.around([one, other])
    assert hull.overlap(one) == pytest.approx(one.area)
    assert hull.holds(*other.center)
    assert Box.from_list(one.to_list()) == one


def test_a_document_with_an_error_is_never_ok() -> None:
    error = Problem("error", "stage_failed", "page 1 failed")
    with pytest.raises(DocumentError, match="is not ok"):
        Document(SOURCE, problems=(error,))
    Document(SOURCE, "partial", (error,))
    Document(SOURCE, problems=(Problem("warning", "unreadable_ink", "x"),))
    assert {"stage_failed", "unreadable_ink"} <= set(PROBLEM_CODES)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"crossfoot/1"',
        b"{}",
        b'{"schema": "crossfoot/2"}',
        b'{"schema": "crossfoot/1"}',
        b"\xff\xfe\x00",
        b"[" * 100_000,
        b'{"schema": "crossfoot/1", "later": NaN}',
        b'{"schema": "crossfoot/1", "later": ' + b"1" * 5000 + b"}",
    ],
)
def test_what_is_no_document_is_refused(tmp_path: Path, text: bytes) -> None:
    with pytest.raises(DocumentError):
        Document.from_json(text)
    (tmp_path / "document.json").write_bytes(text)
    with pytest.raises(DocumentError) as caught:
        Document.load(tmp_path / "document.json")
    assert caught.value.name == str(tmp_path / "document.json")


def test_load_names_a_missing_file_and_refuses_a_huge_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(DocumentError, match="No such file"):
        Document.load(tmp_path / "none.json")
    Document(SOURCE).save(tmp_path / "document.json")
    monkeypatch.setattr(module, "MAX_JSON_BYTES", 10)
    with pytest.raises(LimitExceeded):
        Document.load(tmp_path / "document.json")


def test_amounts_are_written_as_text_with_their_scale() -> None:
    mention = Mention("m1", 1, Box(0, 0, 1, 1), "1.00", Decimal("1.00"), "元", "共")
    value = json.loads(Document(SOURCE, mentions=(mention,)).to_json())
    assert value["mentions"][0]["amount"] == "1.00"
    assert value["schema"] == "crossfoot/1"


def test_a_failed_write_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "document.json"
    target.write_bytes(b"old")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="No space left on device") as caught:
        write_atomically(target, b"new")
    assert caught.value.name == str(target)
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_an_interrupted_write_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_atomically(tmp_path / "a", b"x")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["none/a", "file/a"])
def test_a_write_into_no_folder_is_an_output_error(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be written"):
        write_atomically(tmp_path / name, b"x")
