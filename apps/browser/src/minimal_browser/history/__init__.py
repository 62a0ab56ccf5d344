"""Recording visited pages."""
