"""Import and export of conversations, and the command line over them."""
