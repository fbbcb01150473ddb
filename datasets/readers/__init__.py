"""Annotations of public data sets as records, one module per format."""
