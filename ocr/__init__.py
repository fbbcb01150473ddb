"""Text engines, recognition, and the way of words into cells."""
