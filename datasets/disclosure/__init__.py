"""Generators of what synthetic disclosures say: accounts, tables, narrative, misprints."""
