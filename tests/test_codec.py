"""The codec keeps what it does not know and says where a value breaks the format."""

import json
from decimal import Decimal
from typing import Any

import pytest
from crossfoot import codec
from crossfoot.document import Box, Cell, Document, Reading, Step, Table, Term, Text
from crossfoot.errors import DocumentError
from hypothesis import given
from hypothesis import strategies as st

SOURCE = {"name": "a.pdf", "sha256": "0", "pages": 1}
TABLE = {"id": "t1", "shape": [1, 1], "cells": [{"row": 0, "col": 0}]}


def document(**more: Any) -> str:
    return json.dumps({"schema": "crossfoot/1", "source": SOURCE, **more})


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (
            {"tables": [TABLE, {**TABLE, "cells": [{"row": "0", "col": 0}]}]},
            "tables[1].cells[0].row: an integer",
        ),
        ({"tables": [{**TABLE, "shape": [1]}]}, "tables[0].shape: a list of 2 expected"),
        ({"tables": [{**TABLE, "shape": [1, True]}]}, "tables[0].shape[1]: an integer expected, not True"),
        ({"tables": [{**TABLE, "cells": [{"row": 0}]}]}, "tables[0].cells[0]: key col is missing"),
        ({"tables": [{**TABLE, "cells": [{}]}]}, "tables[0].cells[0]: key row, col is missing"),
        ({"tables": [{**TABLE, "cells": [[0, 0]]}]}, "tables[0].cells[0]: an object expected"),
        ({"tables": [{**TABLE, "cells": [{"row": -1, "col": 0}]}]}, "tables[0].cells[0]: row -1"),
        ({"tables": [{**TABLE, "cells": []}]}, "tables[0]: address (0, 0) is covered by no cell"),
        ({"tables": [{**TABLE, "score": float("1e308") * 10}]}, "not JSON"),
        ({"tables": [{**TABLE, "score": 10**400}]}, "tables[0].score: a finite number expected"),
        ({"status": "fine"}, "status: one of ok, partial, failed expected, not 'fine'"),
        ({"status": []}, "status: one of"),
        ({"source": {**SOURCE, "name": None}}, "source.name: text expected, not None"),
        ({"steps": [{"stage": "x", "seconds": 1, "settings": []}]}, "steps[0].settings: an object"),
        (
            {"texts": [{"id": "x", "role": "note", "page": 1, "text": "", "box": [3, 0, 1, 1]}]},
            "texts[0].box: a box",
        ),
        (
            {"texts": [{"id": "x", "role": "note", "page": 1, "text": "", "box": [0, 1]}]},
            "four numbers, not 2",
        ),
        ({"problems": "none"}, "problems: a list expected, not 'none'"),
        (
            {"equations": [{"id": 1, "terms": [{"factor": 1}]}]},
            "equations[0].terms[0].factor: a decimal in a string",
        ),
        ({"pages": [{"from_scan": [[1, 0], ["x"]]}]}, "pages[0].from_scan[1][0]: a finite number"),
    ],
)
def test_errors_start_with_the_path_of_the_value(more: dict[str, Any], message: str) -> None:
    with pytest.raises(DocumentError) as caught:
        Document.from_json(document(**more))
    assert message in str(caught.value)


def test_errors_show_long_values_in_short() -> None:
    with pytest.raises(DocumentError) as caught:
        Document.from_json(document(problems="x" * 10_000))
    assert len(str(caught.value)) < 120


@pytest.mark.parametrize(
    "text", ["1e5", "NaN", "Infinity", "1_000", "１", "", "+1", "1.", " 1", "1\n", "9" * 41]
)
def test_decimals_are_plain_digits(text: str) -> None:
    with pytest.raises(DocumentError, match="a decimal in a string expected"):
        codec.decode(Term, {"factor": text})


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20, places=6))
def test_decimals_keep_their_scale(value: Decimal) -> None:
    read = codec.decode(Term, json.loads(json.dumps(codec.encode(Term(factor=value)))))
    assert read.factor.as_tuple() == value.as_tuple()


def test_unknown_keys_are_kept_at_their_place() -> None:
    value = {
        "text": "a",
        "confidence": 0.5,
        "source": "x",
        "alternatives": [],
        "attempts": [],
        "later": {"deep": [1, None]},
    }
    reading = codec.decode(Reading, value)
    assert reading.extra == {"later": {"deep": [1, None]}}
    assert codec.encode(reading) == value


def test_a_key_called_extra_is_an_unknown_key_like_any_other() -> None:
    value = {"stage": "x", "seconds": 1.0, "settings": {}, "extra": 7}
    assert codec.encode(codec.decode(Step, value)) == value


def test_extra_cannot_replace_a_field() -> None:
    assert codec.encode(Cell(1, 2, extra={"row": 99, "new": 1}))["row"] == 1


def test_missing_keys_take_the_records_defaults() -> None:
    assert codec.decode(Cell, {"row": 1, "col": 2}) == Cell(1, 2)


def test_integers_pass_for_numbers_but_not_the_reverse() -> None:
    assert codec.decode(
        Text, {"id": "x", "role": "note", "page": 1, "box": [1, 2, 3, 4], "text": ""}
    ).box == Box(1, 2, 3, 4)
    with pytest.raises(DocumentError, match="row: an integer expected"):
        codec.decode(Cell, {"row": 1.0, "col": 0})


def test_boxes_are_written_as_four_numbers() -> None:
    assert codec.encode(Box(1, 2, 3.456, 4)) == [1.0, 2.0, 3.46, 4.0]


def test_tables_decode_to_equal_tables() -> None:
    table = Table("t1", (2, 1), (Cell(0, 0, text="a"), Cell(1, 0, amount=Decimal("1.50"), text="1.50")))
    assert codec.decode(Table, json.loads(json.dumps(codec.encode(table)))) == table
