"""The weight store."""
