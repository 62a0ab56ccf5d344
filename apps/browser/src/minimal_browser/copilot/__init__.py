"""The copilot's panel, answers and action cards."""
