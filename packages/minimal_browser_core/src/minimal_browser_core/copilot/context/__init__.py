"""What a model is told about the open page, and how much of it."""
