"""Where things stand on a page: upright pages, rulings, grids, and the text around tables."""
