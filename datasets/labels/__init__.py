"""Hand-made tables in HTML or a workbook as truth."""
