"""Check what this machine can run, and find errors in its setup."""
