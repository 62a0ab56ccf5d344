"""The stores of conversations, history and bookmarks."""
