"""The rules of social platforms: limits, and how each counts."""
