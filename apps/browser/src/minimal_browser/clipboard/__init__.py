"""The system's clipboard."""
