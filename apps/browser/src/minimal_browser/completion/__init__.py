"""The command line and what it completes."""
