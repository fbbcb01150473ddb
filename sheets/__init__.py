"""Tables that people already have: HTML, workbooks, CSV and DataFrames as records, and their sums."""
