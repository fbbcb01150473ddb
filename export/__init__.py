"""Writers: one file per format, and the overlay."""
