"""A keyboard-first desktop browser with an AI copilot: the window. What is not a window lives in minimal_browser_core."""

__version__ = "0.1.0"
