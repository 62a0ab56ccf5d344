"""Recording visited pages, and deleting them from the history."""
