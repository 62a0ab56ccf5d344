"""Scrolling the page."""
