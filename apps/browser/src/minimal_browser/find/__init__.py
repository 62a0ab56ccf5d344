"""Find in page."""
