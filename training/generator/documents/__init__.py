"""Documents by kind."""
