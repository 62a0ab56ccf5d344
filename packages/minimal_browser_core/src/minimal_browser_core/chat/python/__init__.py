"""The chat client in pure Python."""
