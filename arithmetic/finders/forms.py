"""Performance forms: totals in blocks of merged cells, weights and scores, rates and shares.

Priors: 0.93 for a 合计 and the rows of its block (publishers fill forms in by hand, but these sums
are checked on submission); 0.95 for weights that nest and for 得分 ≤ 分值, which are definitions;
0.9 for breakdowns of one total that should be equal; 0.85 for weights repeated in labels; hints
(0.8) for this year's budget within that of all years, and for 得分 = 分值 × 执行率, which few rules
of scoring follow strictly.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...document import Problem
from ..proposal import Proposal, Scope
from .form_grid import FormGrid, is_form
from .form_scores import rates, scores, shares
from .form_totals import application, equalities, projects, propose_totals, totals


def find(scope: Scope) -> Iterator[Proposal | Problem]:
    """The equations of every form; a table of cost lines belongs to the form before it."""
    for view, following in zip(scope.tables, (*scope.tables[1:], None), strict=True):
        if not is_form(view):
            continue
        grid = FormGrid(view)
        found = totals(grid)
        yield from propose_totals(grid, found)
        yield from equalities(grid, found)
        yield from projects(grid)
        yield from application(grid, found, following)
        yield from scores(grid)
        yield from rates(grid)
        yield from shares(grid, found)
