"""From the command line to the first page."""
