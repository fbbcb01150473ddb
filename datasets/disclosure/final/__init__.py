"""Tables and narrative of final accounts."""
