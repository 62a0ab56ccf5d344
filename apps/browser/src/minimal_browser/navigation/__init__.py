"""Opening pages, and moving through a tab's history."""
