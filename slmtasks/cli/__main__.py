"""What `python -m slmtasks.cli` runs."""

from slmtasks.cli import main

main()
