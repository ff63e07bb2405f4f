"""A page that shows each value in the text that it comes from."""
