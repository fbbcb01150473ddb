"""An evaluation as rows, for pandas, for DuckDB and for CSV files that a spreadsheet opens."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ..export.characters import encodable, is_formula_like
from .figures import FIGURES

if TYPE_CHECKING:
    from .results import Evaluation, Judged

Row = dict[str, Any]

_IDENTITY = ("fixture", "document", "damage", "split", "small", "tool")
TABLE_COLUMNS = (
    *_IDENTITY,
    "table",
    "page",
    "kind",
    "rows",
    "cols",
    "result",
    "result_rows",
    "result_cols",
    "overlap",
    "amount_count",
    "amounts_exact",
    "amounts_misread",
    "teds",
    "teds_structure",
    "teds_raw",
    "grits_top",
    "grits_con",
    "grits_loc",
    "adjacency_f1",
    "characters",
)
"""The keys of `table_rows`."""
WRONG_AMOUNT_COLUMNS = (
    *_IDENTITY,
    "table",
    "page",
    "kind",
    "row",
    "col",
    "truth",
    "read",
    "error",
    "left",
    "top",
    "right",
    "bottom",
)
"""The keys of `wrong_amount_rows`."""


def table_rows(evaluation: Evaluation) -> Iterator[Row]:
    """A row per table of the truth on its page and tool; a table that was not found has no `result`."""
    for judged in evaluation.judged:
        for table in judged.tables:
            values = table.scores.values()
            amounts = table.scores.amounts
            yield _identity(judged) | {
                "table": table.table,
                "page": table.page,
                "kind": table.kind,
                "rows": table.shape[0],
                "cols": table.shape[1],
                "result": table.result,
                "result_rows": table.result_shape[0] if table.result_shape else None,
                "result_cols": table.result_shape[1] if table.result_shape else None,
                "overlap": table.overlap,
                "amount_count": amounts.amounts,
                "amounts_exact": amounts.exact,
                "amounts_misread": amounts.misread,
                "teds": values["teds"],
                "teds_structure": values["teds_structure"],
                "teds_raw": values["teds_raw"],
                "grits_top": values["grits_top"],
                "grits_con": values["grits_con"],
                "grits_loc": values["grits_loc"],
                "adjacency_f1": values["adjacency_f1"],
                "characters": values["characters"],
            }


def wrong_amount_rows(evaluation: Evaluation) -> Iterator[Row]:
    """A row per amount that is not exact at its address; `box` is in pixels of the scan."""
    for judged in evaluation.judged:
        for table in judged.tables:
            for wrong in table.wrong:
                box = wrong.box.to_list() if wrong.box else [None] * 4
                yield _identity(judged) | {
                    "table": wrong.table,
                    "page": wrong.page,
                    "kind": table.kind,
                    "row": wrong.row,
                    "col": wrong.col,
                    "truth": wrong.truth,
                    "read": wrong.read,
                    "error": "misread" if wrong.misread else "missing" if wrong.read is None else "lost",
                    **dict(zip(("left", "top", "right", "bottom"), box, strict=True)),
                }


def document_rows(evaluation: Evaluation) -> Iterator[Row]:
    """A row per fixture and tool, with every figure."""
    for judged in evaluation.judged:
        cost = judged.cost
        yield _identity(judged) | {
            "pages": judged.pages,
            "seconds": cost.seconds if cost else None,
            "peak_memory": cost.peak if cost else None,
            "failure": judged.failure,
            **judged.scores.values(),
        }


def figure_rows(evaluation: Evaluation) -> Iterator[Row]:
    """A row per scope, tool and figure, with its interval where there is one."""
    for scope in evaluation.scopes:
        for tool in evaluation.tools:
            values = evaluation.values(tool, scope)
            for name in FIGURES:
                found = evaluation.interval(tool, name, scope)
                yield {
                    "scope": scope,
                    "tool": tool,
                    "figure": name,
                    "value": values[name],
                    "low": found.low if found else None,
                    "high": found.high if found else None,
                    "documents": found.documents if found else None,
                }


def summary(evaluation: Evaluation) -> Row:
    """Everything but the single tables, as JSON has it."""
    setting = evaluation.setting
    return {
        "fixtures": setting.fixtures,
        "crossfoot": setting.version,
        "digest": setting.digest,
        "seed": setting.seed,
        "workers": setting.workers,
        "threads": setting.threads,
        "machine": setting.hardware.machine,
        "versions": setting.hardware.versions,
        "tools": list(evaluation.tools),
        "scopes": {scope: _scope(evaluation, scope) for scope in evaluation.scopes},
        "requirements": [
            {"requirement": str(v.requirement), "value": v.value, "met": v.met} for v in evaluation.verdicts
        ],
        "refusals": [str(refusal) for refusal in evaluation.refusals],
        "failures": [
            {"fixture": j.fixture, "tool": j.tool, "reason": j.failure} for j in evaluation.failures
        ],
    }


def _scope(evaluation: Evaluation, scope: str) -> Row:
    judged = evaluation.select(evaluation.tools[0], scope)
    tools: Row = {}
    for tool in evaluation.tools:
        values, figures = evaluation.values(tool, scope), {}
        for name in FIGURES:
            found = evaluation.interval(tool, name, scope)
            interval = [found.low, found.high] if found and found.low is not None else None
            figures[name] = {"value": values[name], "interval": interval}
        tools[tool] = {
            "figures": figures,
            "kinds": {k: evaluation.values(tool, scope, k) for k in evaluation.kinds(scope)},
        }
    differences: Row = {}
    for name in FIGURES:
        change = evaluation.difference(name, scope)
        if change is not None:
            differences[name] = {
                "value": change.value,
                "interval": None if change.low is None else [change.low, change.high],
                "detectable": change.detectable,
            }
    return {
        "documents": len({j.document for j in judged}),
        "fixtures": len(judged),
        "pages": sum(j.pages for j in judged),
        "tables": evaluation.scores(evaluation.tools[0], scope).detection.tables,
        "tools": tools,
        "differences": differences,
    }


def to_csv(rows: Iterable[Row], columns: Sequence[str]) -> bytes:
    """Rows as CSV: UTF-8 with a byte order mark, a header line even without rows, formulas made harmless."""
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, columns, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows({name: _harmless(value) for name, value in row.items()} for row in rows)
    return stream.getvalue().encode("utf-8-sig")


def _harmless(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    text = encodable(value)
    return f"'{text}" if is_formula_like(text) else text


def _identity(judged: Judged) -> Row:
    return {name: getattr(judged, name) for name in _IDENTITY}
