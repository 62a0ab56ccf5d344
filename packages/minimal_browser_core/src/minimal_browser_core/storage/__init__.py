"""The storage service: its port, the native adapter and the Python implementation."""
