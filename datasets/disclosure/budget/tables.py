"""The tables of a budget disclosure, by kind, in the order in which documents print them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..building import Context, Made
from .economic import basic_expenditure, three_public
from .flows import expenditure, revenue
from .function import general_public_expenditure, government_fund_expenditure, state_capital_expenditure
from .minor import government_procurement, project_expenditure, service_purchase
from .summary import fiscal_appropriation_summary, revenue_expenditure_summary

BUDGET_TABLES: Mapping[str, Callable[[Context], tuple[Made, ...]]] = {
    "budget.revenue_expenditure_summary": revenue_expenditure_summary,
    "budget.revenue": revenue,
    "budget.expenditure": expenditure,
    "budget.fiscal_appropriation_summary": fiscal_appropriation_summary,
    "budget.general_public_expenditure": general_public_expenditure,
    "budget.basic_expenditure": basic_expenditure,
    "budget.three_public": three_public,
    "budget.government_fund_expenditure": government_fund_expenditure,
    "budget.state_capital_expenditure": state_capital_expenditure,
    "budget.project_expenditure": project_expenditure,
    "budget.government_procurement": government_procurement,
    "budget.service_purchase": service_purchase,
}
"""Makers by kind; some make two tables of it, whose keys are the kind and the kind with /2."""
