"""Performance forms: targets, the whole department, self-evaluations."""
