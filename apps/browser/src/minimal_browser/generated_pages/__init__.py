"""Pages that a model wrote, in an isolated profile."""
