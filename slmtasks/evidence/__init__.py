"""A page that shows each value in the text it comes from."""
