"""What is measured: cases and scores of answers, and the time of the import."""
