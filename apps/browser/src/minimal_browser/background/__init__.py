"""Threads for work that must not block the GUI thread."""
