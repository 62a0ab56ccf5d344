"""Changing the stored bookmarks."""
