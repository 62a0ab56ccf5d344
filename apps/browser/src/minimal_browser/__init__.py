"""A keyboard-first desktop browser with an AI copilot: its window. The rest is minimal_browser_core."""

__version__ = "0.1.0"
