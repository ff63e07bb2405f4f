"""Synthetic documents and the examples made of them."""
