"""What teaches nano to copy: strange words, exchanged tokens, places."""
