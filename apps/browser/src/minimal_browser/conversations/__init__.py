"""Changing the stored conversations."""
