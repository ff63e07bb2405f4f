"""Types and field lists as a tree of schema nodes."""
