"""The chat service: its port, the native adapter and the Python implementation."""
