"""Import and export of conversations, history and bookmarks, and the command line for them."""
