"""Bookmarks: the commands' Qt side."""
