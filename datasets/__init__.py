"""Sample documents and the scripts that make them."""
