"""Scores of a model's answers on cases whose right answers are known."""
