"""Arithmetic: equations between the amounts of a document, and what they prove, correct or dispute."""
