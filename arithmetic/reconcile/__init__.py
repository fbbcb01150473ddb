"""Holding readings against equations: what is proven, which reading to correct, what to dispute."""
