"""The rules of social platforms: their limits, and how they count."""
