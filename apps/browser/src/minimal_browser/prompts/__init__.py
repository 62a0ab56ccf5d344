"""Questions that a page or server asks the user."""
