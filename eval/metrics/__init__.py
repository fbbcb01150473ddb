"""How a table or a document is judged against its truth, one module per family of metrics."""
