"""The tables of final accounts (部门决算), by kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..building import Context, Made
from .basic import basic
from .by_function import expenditure, general_public, government_fund, revenue, state_capital
from .summaries import fiscal_summary, summary
from .three_public import three_public

Maker = Callable[[Context], Made]
Makers = Callable[[Context], tuple[Made, ...]]


def _one(maker: Maker) -> Makers:
    return lambda context: (maker(context),)


FINAL_TABLES: Mapping[str, Makers] = {
    "final.revenue_expenditure_summary": _one(summary),
    "final.revenue": _one(revenue),
    "final.expenditure": _one(expenditure),
    "final.fiscal_appropriation_summary": _one(fiscal_summary),
    "final.general_public_expenditure": _one(general_public),
    "final.basic_expenditure": _one(basic),
    "final.government_fund": _one(government_fund),
    "final.state_capital": _one(state_capital),
    "final.three_public": _one(three_public),
}
"""Makers by kind, in the order in which final accounts print them; each makes one table or more."""
