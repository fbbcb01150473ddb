"""Judge a result against its truth: every metric of one document.

crossfoot's own documents are judged by `judge`, tables that another tool wrote by
`judge_tables`; both meet in the same comparison of tables as they stand on a page, on the
scan, under one normalisation of text.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from ..document import Box, Cell, Document, Page, Table
from .matching import Matching, Pair, joined, match
from .metrics.alignment import Partners, aligned, at_address
from .metrics.amounts import Amount, Amounts, amount_reader, compare_amounts, stated_amount
from .metrics.characters import cell_characters, outside_characters
from .metrics.detection import STRICT, Detection
from .metrics.kinds import NONE, Kinds
from .metrics.misprints import Address, compare_misprints, misprinted_cells
from .metrics.risk import rank_amounts
from .metrics.states import States, compare_states, has_states
from .scores import DocumentScore, Scores, Structure, TableScore
from .slices import PageTable, page_tables, placed_on_scan
from .text import normalized

__all__ = ["DocumentScore", "Predicted", "Scores", "Structure", "TableScore", "judge", "judge_tables"]


class Predicted(Protocol):
    """A table that some tool found.

    `page` counts from 1 and may be unknown; `box`, and those of the cells, are in pixels of the
    scan, or of a picture of it of `frame` (width, height).
    """

    @property
    def table(self) -> Table: ...  # noqa: D102
    @property
    def page(self) -> int | None: ...  # noqa: D102
    @property
    def box(self) -> Box | None: ...  # noqa: D102
    @property
    def frame(self) -> tuple[float, float] | None: ...  # noqa: D102


@dataclass(frozen=True)
class _Tool:
    """What a result says besides texts, which decides what can be judged.

    Whether a tool says kinds, or how sure it is, is a matter of all its results together: one
    that says nothing, because nothing was read, is to count as nothing said (see `Scores`).
    """

    amount: Amount
    places: bool = True  # says where its cells are; so it seems of a tool that found nothing
    states: bool = False
    misprinted: frozenset[Address] = frozenset()


def judge(truth: Document, result: Document) -> DocumentScore:
    """Judge what crossfoot, or another tool that fills our records, made of a document.

    Raises:
        LimitExceeded: two tables are too large together to be compared.
    """
    tool = _Tool(
        # What ran says that amounts were looked for, even where none was found.
        amount=stated_amount if result.steps else amount_reader(result.tables),
        places=_places(result.tables),
        states=has_states(result),
        misprinted=misprinted_cells(truth),
    )
    found = _on_scan(result)
    matching = match(_on_scan(truth), found)
    score = _judge(matching, tool)
    whole = Scores(
        outside=outside_characters(truth, result) if truth.texts else None,
        joined=joined(truth, result, matching),
        misprints=compare_misprints(
            truth, result, _partners_of_addresses(matching) if tool.misprinted else {}
        ),
    )
    return replace(score, scores=score.scores + whole, rest=score.rest + whole)


def judge_tables(truth: Document, predicted: Sequence[Predicted]) -> DocumentScore:
    """Judge tables by themselves; text outside tables, states and joining are n/a.

    Raises:
        LimitExceeded: two tables are too large together to be compared.
    """
    pages = {page.number: page for page in truth.pages}
    pieces = [_placed(item, pages, number) for number, item in enumerate(predicted, start=1)]
    tables = [piece.table for piece in pieces]
    tool = _Tool(amount=amount_reader(tables), places=_places(tables))
    return _judge(match(_on_scan(truth), pieces), tool)


def _places(tables: Sequence[Table]) -> bool:
    return not tables or any(cell.parts for table in tables for cell in table.cells)


def _on_scan(document: Document) -> list[PageTable]:
    pages = {page.number: page for page in document.pages}
    return [placed_on_scan(piece, pages) for piece in page_tables(document)]


def _placed(item: Predicted, pages: dict[int, Page], number: int) -> PageTable:
    """A tool's table on the scan; in a document of one page it is on that one."""
    known = item.page if item.page is not None or len(pages) != 1 else next(iter(pages))
    table, box = item.table, item.box
    if item.frame is not None and min(item.frame) <= 0:
        box = None  # a page without extent places nothing
    elif item.frame is not None and known in pages:
        scan = pages[known].scan
        across, down = scan.width / item.frame[0], scan.height / item.frame[1]
        box = _scaled(box, across, down) if box is not None else None
        cells = tuple(
            replace(c, parts=tuple(replace(p, box=_scaled(p.box, across, down)) for p in c.parts))
            for c in table.cells
        )
        table = replace(table, cells=cells)
    visible = box if box is not None and box.area else None
    return PageTable.whole(table, known, visible, table.id or f"p{number}")


def _scaled(box: Box, across: float, down: float) -> Box:
    return Box(box.left * across, box.top * down, box.right * across, box.bottom * down)


def _judge(matching: Matching, tool: _Tool) -> DocumentScore:
    partners: list[tuple[PageTable, Pair | None]] = [(pair.truth, pair) for pair in matching.pairs]
    partners += [(piece, None) for piece in matching.missed]
    order = {id(piece): place for place, piece in enumerate(matching.truth)}
    tables = tuple(
        TableScore(
            truth=piece,
            result=pair.result if pair else None,
            overlap=pair.overlap if pair else None,
            scores=_table_scores(piece, pair, tool),
        )
        for piece, pair in sorted(partners, key=lambda item: order[id(item[0])])
    )
    rest = sum((_invented_scores(piece, tool) for piece in matching.invented), Scores())
    total = sum((table.scores for table in tables), rest)
    return DocumentScore(tables, matching.invented, total, rest)


def _table_scores(truth: PageTable, pair: Pair | None, tool: _Tool) -> Scores:
    result = pair.result.table if pair else None
    strict = at_address(truth.table, result)
    amounts = compare_amounts(truth, result, strict, tool.amount)
    partners, after = _best_aligned(truth, result, amounts, strict, tool.amount)
    cells = result.cells if result else ()
    return Scores(
        detection=_detection(truth, pair),
        structure=_structure(truth.table, result, tool),
        amounts=amounts,
        aligned=after,
        characters=cell_characters(truth.table, result),
        kinds=_kinds(truth.table, result),
        states=_states(truth, cells, partners, tool),
        risk=rank_amounts(cells, partners),
    )


def _best_aligned(
    truth: PageTable, result: Table | None, amounts: Amounts, strict: Partners, amount: Amount
) -> tuple[Partners, Amounts]:
    """Partners after aligning, or those at their address where these have more amounts exact.

    Rows are aligned by all their texts, so on a page that is mostly misread the alignment may
    fit labels at the cost of amounts; it must never cost what needed none.
    """
    partners = aligned(truth.table, result)
    after = compare_amounts(truth, result, partners, amount)
    return (partners, after) if after.exact >= amounts.exact else (strict, amounts)


def _detection(truth: PageTable, pair: Pair | None) -> Detection:
    overlap = pair.overlap if pair else None
    # A miss is judged by box where there is one; a partner without a box says nothing of place.
    located = truth.box is not None if pair is None else overlap is not None
    return Detection(
        tables=1,
        found=int(pair is not None),
        located=int(located),
        strict=int(overlap is not None and overlap >= STRICT),
    )


def _structure(truth: Table, result: Table | None, tool: _Tool) -> Structure:
    from .metrics.adjacency import adjacency
    from .metrics.grits import grits
    from .metrics.teds import teds, teds_structure

    plain = normalized(truth)
    if result is None:
        missed = tool.places and all(cell.parts for cell in truth.cells)
        return Structure(tables=1, relations=adjacency(plain, plain).true, located=int(missed))
    read = normalized(result)
    relations = adjacency(plain, read)
    grid = grits(plain, read)
    # The reference goes below 0 where two small tables have nothing in common; a table is worth no less
    # than one that was not found.
    content = max(0.0, teds(plain, read))
    return Structure(
        tables=1,
        spans_exact=int(_spans(truth) == _spans(result)),
        teds=content,
        teds_structure=max(0.0, teds_structure(plain, read)),
        teds_raw=content if (plain, read) == (truth, result) else max(0.0, teds(truth, result)),
        grits_top=grid.top,
        grits_con=grid.con,
        grits_loc=grid.loc or 0.0,
        located=int(grid.loc is not None),
        relations=relations.true,
        relations_found=relations.found,
        relations_correct=relations.correct,
    )


def _invented_scores(piece: PageTable, tool: _Tool) -> Scores:
    from .metrics.adjacency import adjacency

    plain = normalized(piece.table)
    amounts = Amounts(invented=sum(tool.amount(cell) is not None for cell in piece.table.cells))
    return Scores(
        detection=Detection(false=1),
        structure=Structure(relations_found=adjacency(plain, plain).true),
        amounts=amounts,
        aligned=amounts,
        states=compare_states(piece.table.cells, ()) if tool.states else None,
        risk=rank_amounts(piece.table.cells, ()),
    )


def _spans(table: Table) -> set[tuple[int, int, int, int]]:
    return {(c.row, c.col, c.row_span, c.col_span) for c in table.cells}


def _kind(table: Table) -> str | None:
    return table.kind or (table.kinds[0].kind if table.kinds else None)


def _kinds(truth: Table, result: Table | None) -> Kinds | None:
    if truth.kind is None or result is None:
        return None
    return Kinds.of([(truth.kind, _kind(result) or NONE)])


def _states(truth: PageTable, cells: Sequence[Cell], partners: Partners, tool: _Tool) -> States | None:
    if not tool.states:
        return None
    misprinted = {
        (cell.row, cell.col)
        for cell in truth.table.cells
        if any((truth.source_id, *address) in tool.misprinted for address in truth.addresses(cell))
    }
    return compare_states(cells, partners, frozenset(misprinted))


def _partners_of_addresses(matching: Matching) -> dict[Address, list[tuple[str, Cell]]]:
    """For each address of the truth the result's cells there, in rows of the whole tables."""
    found: defaultdict[Address, list[tuple[str, Cell]]] = defaultdict(list)
    for pair in matching.pairs:
        for cell, read in aligned(pair.truth.table, pair.result.table):
            if read is not None:
                whole = pair.result.in_whole(read)
                for address in pair.truth.addresses(cell):
                    found[pair.truth.source_id, *address].append((pair.result.source_id, whole))
    return found
