"""The command line and its suggestions."""
