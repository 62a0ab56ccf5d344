"""Small helpers for Qt."""
