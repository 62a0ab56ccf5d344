"""Hint labels: HINT mode, the labels and following a link."""
