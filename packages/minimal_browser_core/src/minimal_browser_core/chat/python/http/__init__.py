"""HTTP for the fallback client: connections that can be cut, timers that hold, retries. Imports httpx2: import late."""
