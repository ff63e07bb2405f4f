"""Ground an answer's values: their places in the source, meaning and confidence."""
