"""Tabs and their views."""
