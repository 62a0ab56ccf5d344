"""HTTP for the Python client. Its modules import httpx2, which is slow: import them on the thread of a call."""
