"""Which table of a result is which of the truth."""

from dataclasses import replace

from crossfoot.document import Part, Table, TablePart
from crossfoot.eval.matching import joined, match
from crossfoot.eval.slices import PageTable, page_tables
from judged_documents import cell, document, place, table, without_places


def pieces(*tables: Table) -> list[PageTable]:
    return list(page_tables(document(*tables)))


A = [["甲", "1.00"], ["乙", "2.00"], ["丙", "3.00"]]
B = [["丁", "4.00"], ["戊", "5.00"], ["己", "6.00"]]


def partners(truth: list[PageTable], result: list[PageTable]) -> list[tuple[str, str]]:
    return [(p.truth.source_id, p.result.source_id) for p in match(truth, result).pairs]


def test_place_decides_and_not_the_order_or_the_texts() -> None:
    truth = pieces(table(A, "a"), table(B, "b", top=500))
    result = pieces(table(A, "lower", top=500), table(B, "upper"))
    assert partners(truth, result) == [("a", "upper"), ("b", "lower")]


def test_tables_on_other_pages_are_missed_and_invented() -> None:
    matching = match(pieces(table(A, page=1)), pieces(table(A, page=2)))
    assert (len(matching.pairs), len(matching.missed), len(matching.invented)) == (0, 1, 1)


def test_half_an_overlap_is_enough_and_less_is_not() -> None:
    truth = pieces(table(A))
    for rows, found in ((2, True), (1, False)):  # two rows of three overlap by 2/3, one by 1/3
        assert bool(match(truth, pieces(table(A[:rows]))).pairs) is found


def test_the_assignment_is_the_best_in_sum_not_the_first() -> None:
    # The first table overlaps both results, the second one only the first result.
    truth = pieces(table(A, "a", top=0), table(A, "b", top=25))
    result = pieces(table(A, "x", top=20), table(A, "y", top=-15))
    assert partners(truth, result) == [("a", "y"), ("b", "x")]


def test_without_boxes_the_content_decides_across_pages_and_order() -> None:
    truth = pieces(table(A, "a", page=1), table(B, "b", page=2))
    result = [
        replace(piece, page=None)
        for piece in pieces(without_places(table(B, "x")), without_places(table(A, "y")))
    ]
    matching = match(truth, result)
    assert [(p.truth.source_id, p.result.source_id) for p in matching.pairs] == [("a", "y"), ("b", "x")]
    assert [p.overlap for p in matching.pairs] == [None, None]


def test_equal_content_goes_by_order() -> None:
    truth = pieces(*(table(A, name, top=500 * i) for i, name in enumerate("abc")))
    result = [replace(p, page=None) for p in pieces(*(without_places(table(A, name)) for name in "xyz"))]
    assert partners(truth, result) == [("a", "x"), ("b", "y"), ("c", "z")]


def test_little_in_common_is_no_match() -> None:
    strange = [[f"{i}x", f"{i}.5"] for i in range(5)]
    matching = match(pieces(table(A)), pieces(without_places(table(strange))))
    assert (matching.pairs, len(matching.missed), len(matching.invented)) == ((), 1, 1)


def test_content_is_not_asked_where_both_have_a_place() -> None:
    assert partners(pieces(table(A)), pieces(table(A, top=900))) == []


def test_a_known_page_holds_even_without_boxes() -> None:
    result = [replace(p, page=2) for p in pieces(without_places(table(A)))]
    assert partners(pieces(table(A, page=1)), result) == []


def test_nothing_matches_nothing() -> None:
    assert match([], []).pairs == ()
    assert len(match([], pieces(table(A))).invented) == 1


def over_two_pages(name: str = "t1") -> Table:
    cells = [cell(r, c, f"{r}.{c}", page=1 + r // 2) for r in range(4) for c in range(2)]
    cells = [replace(c, parts=(Part(c.parts[0].page, place(c.row % 2, c.col)),)) for c in cells]
    parts = tuple(TablePart(page, place(0, 0, 2, 2)) for page in (1, 2))
    return Table(name, (4, 2), tuple(cells), parts=parts)


def test_a_table_over_pages_is_whole_only_as_one_of_equal_length() -> None:
    truth = document(over_two_pages())
    halves = [replace(p.table, id=f"h{p.page}") for p in page_tables(truth)]
    for result, whole in ((document(over_two_pages("x")), 1), (document(*halves), 0), (document(), 0)):
        matching = match(page_tables(truth), page_tables(result))
        found = joined(truth, result, matching)
        assert found is not None
        assert (found.tables, found.whole) == (1, whole)
    assert len(match(page_tables(truth), page_tables(document(*halves))).pairs) == 2


def test_joining_says_nothing_of_tables_on_one_page() -> None:
    truth = document(table(A))
    assert joined(truth, truth, match(page_tables(truth), page_tables(truth))) is None
