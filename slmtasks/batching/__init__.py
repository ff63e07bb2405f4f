"""Run any task over many documents, resumably."""
