"""Chromium's developer tools."""
