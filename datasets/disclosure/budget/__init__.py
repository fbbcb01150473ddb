"""Tables and narrative of budgets."""
