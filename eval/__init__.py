"""How good a result is, and how fast it came."""
