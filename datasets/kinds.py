"""The kinds of table: `family.table`, a closed list, and `other` for everything else."""

from __future__ import annotations

BUDGET = (
    "budget.revenue_expenditure_summary",
    "budget.revenue",
    "budget.expenditure",
    "budget.fiscal_appropriation_summary",
    "budget.general_public_expenditure",
    "budget.basic_expenditure",
    "budget.three_public",
    "budget.government_fund_expenditure",
    "budget.state_capital_expenditure",
    "budget.project_expenditure",
    "budget.government_procurement",
    "budget.service_purchase",
)
FINAL = (
    "final.revenue_expenditure_summary",
    "final.revenue",
    "final.expenditure",
    "final.fiscal_appropriation_summary",
    "final.general_public_expenditure",
    "final.basic_expenditure",
    "final.government_fund",
    "final.state_capital",
    "final.three_public",
)
PERFORMANCE = (
    "performance.project_target",
    "performance.overall_target",
    "performance.self_evaluation",
)
OTHER = "other"

KINDS = (*BUDGET, *FINAL, *PERFORMANCE, OTHER)
