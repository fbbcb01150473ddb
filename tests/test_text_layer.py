"""Born-digital pages: read from their text layer, without any weights."""

import json
from decimal import Decimal

import crossfoot
import pytest
from crossfoot.errors import WeightsError
from crossfoot.pipeline import Digitizer
from pdf_builder import Pdf, show

TOP, LEFT, ROW, COL = 700, 60, 24, 120


def ruled(*pages: list[list[str]], gap: tuple[int, int] | None = None) -> bytes:
    """Pages with a ruled table each; the text of the cell `gap` is drawn as a path, not as text."""
    pdf = Pdf()
    for rows in pages:
        pdf.page(_drawn(rows, gap))
    return pdf.bytes()


def _drawn(rows: list[list[str]], gap: tuple[int, int] | None) -> bytes:
    height, width = len(rows), len(rows[0])
    content = b"0 G 0.8 w\n"
    for i in range(height + 1):
        content += b"%d %d m %d %d l S\n" % (LEFT, TOP - i * ROW, LEFT + width * COL, TOP - i * ROW)
    for j in range(width + 1):
        content += b"%d %d m %d %d l S\n" % (LEFT + j * COL, TOP, LEFT + j * COL, TOP - height * ROW)
    for i, row in enumerate(rows):
        for j, text in enumerate(row):
            x, y = LEFT + j * COL + 5, TOP - (i + 1) * ROW + 7
            if (i, j) == gap:
                content += b"3 w %d %d m %d %d l S 0.8 w\n" % (x, y, x, y + 9)
            elif text:
                content += show(text.encode(), x, y, 10)
    return content


ROWS = [
    ["Code", "Name", "Total", "Basic"],
    ["201", "General public services", "10,096.83", "2,562.00"],
    ["20103", "Government offices", "10,096.83", "-2,562.00"],
    ["206", "Science", "9,607.86", ""],
]


@pytest.fixture(autouse=True)
def no_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(options: object, progress: object = None) -> None:
        raise WeightsError("missing")

    monkeypatch.setattr("crossfoot.ocr.engine.load_engine", missing)


def test_a_text_layer_is_read_without_weights_and_to_the_letter() -> None:
    document = crossfoot.digitize(ruled(ROWS))
    (table,) = document.tables
    assert document.status == "ok"
    assert document.pages[0].scan.source == "text_layer"
    texts = [[table.cell_at(r, c).text for c in range(4)] for r in range(4)]
    assert texts == ROWS
    assert table.cell_at(1, 2).amount == Decimal("10096.83")
    assert table.cell_at(2, 3).amount == Decimal("-2562.00")
    assert table.cell_at(1, 0).amount is None  # 201 is a code
    assert [column.role for column in table.columns] == ["code", "name", "amount", "amount"]
    reading = table.cell_at(1, 1).reading
    assert reading is not None
    assert (reading.source, reading.confidence) == ("text_layer", 1.0)


def test_a_table_over_two_pages_is_one_and_its_id_is_known_page_by_page() -> None:
    body = [[str(201 + n), f"Function {n}", f"{n + 1},000.50", f"{n}.25"] for n in range(40)]
    cut = 26  # rows and the header reach down to the foot of the page
    body[30][2] = "1.2.3"
    seen = []
    with Digitizer() as digitizer:
        document = digitizer(
            ruled([ROWS[0], *body[:cut]], [ROWS[0], *body[cut:]]),
            on_page=lambda result: seen.append([(t.id, t.shape) for t in result.tables]),
        )
    assert seen == [[("t1", (27, 4))], [("t1", (15, 4))]]
    (table,) = document.tables
    assert (table.id, table.shape, table.header_rows) == ("t1", (41, 4), 1)
    assert [(p.page, p.repeated_header_rows) for p in table.parts] == [(1, 0), (2, 1)]
    assert [table.cell_at(r, 1).text for r in range(1, 41)] == [row[1] for row in body]
    assert [table.cell_at(r, 0).parts[0].page for r in (26, 27)] == [1, 2]
    assert [(p.code, p.page, p.where) for p in document.problems] == [("amount_unreadable", 2, "t1 (31, 2)")]
    assert document.to_json() == crossfoot.Document.from_json(document.to_json()).to_json()
    assert table.to_html().count("<tr>") == 41


def test_ink_outside_the_layer_is_not_lost_silently() -> None:
    # The engine is asked for what the layer leaves out, and here there is none.
    with pytest.raises(WeightsError):
        crossfoot.digitize(ruled(ROWS, gap=(3, 3)))


def test_the_document_validates_against_the_published_schema() -> None:
    import jsonschema
    from crossfoot import document as module

    schema = json.loads(
        (module.Path(module.__file__).parent / "document.schema.json").read_text(encoding="utf-8")
    )
    jsonschema.validate(json.loads(crossfoot.digitize(ruled(ROWS)).to_json()), schema)


def test_pandas_sees_amounts_that_add_up() -> None:
    (table,) = crossfoot.digitize(ruled(ROWS)).tables
    frame = table.to_pandas("amount")
    assert list(frame.columns) == ["Code", "Name", "Total", "Basic"]
    assert list(frame["Code"]) == ["201", "20103", "206"]
    assert frame["Total"].sum() == Decimal("29801.52")


def test_a_wrong_kind_of_values_is_refused_and_forms_give_decimals() -> None:
    from crossfoot.errors import OptionsError

    (table,) = crossfoot.digitize(
        ruled([["Name", "Bridge"], ["Budget", "200.0000"], ["Note", "none"]])
    ).tables
    with pytest.raises(OptionsError, match="text, amount, state"):
        table.to_pandas("amounts")  # type: ignore[arg-type]
    assert list(table.to_pandas("amount")["1"]) == ["Bridge", Decimal("200.0000"), "none"]
