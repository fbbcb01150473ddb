"""What other tools write, as records, one module per tool."""
