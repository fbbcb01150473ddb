"""What handling and scanning do to a page, in numbered profiles, and the way back to the upright page."""
