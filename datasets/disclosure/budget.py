"""The tables of a budget disclosure, by kind, in the order in which documents print them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from .budget_flows import expenditure, revenue
from .budget_summary import fiscal_appropriation_summary, revenue_expenditure_summary
from .building import Context, Made

BUDGET_TABLES: Mapping[str, Callable[[Context], tuple[Made, ...]]] = {
    "budget.revenue_expenditure_summary": revenue_expenditure_summary,
    "budget.revenue": revenue,
    "budget.expenditure": expenditure,
    "budget.fiscal_appropriation_summary": fiscal_appropriation_summary,
}
"""Makers by kind; some make two tables of it, whose keys are the kind and the kind with /2."""
