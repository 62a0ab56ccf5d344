"""The profile folder and the web profile."""
