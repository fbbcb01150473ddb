"""The evaluation as tables in a terminal and as one HTML file."""
