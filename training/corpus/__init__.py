"""Curated documents, written by hand with the answers that may be asked of them."""
