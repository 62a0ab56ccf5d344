"""The stores in pure Python, on the standard library's sqlite3."""
