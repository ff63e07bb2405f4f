"""What this machine can run, and what is set up wrongly."""
