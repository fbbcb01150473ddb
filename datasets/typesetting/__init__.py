"""A disclosure's content laid out on pages by typst, and the exact record of where everything stands."""
