"""One finder per kind of evidence; each yields equations with a prior and a reason."""
