"""What is measured; README.md says by which script."""
