"""The size of pages."""
