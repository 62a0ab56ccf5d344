"""Who decides whether a tool may run: the user each time, or a setting."""
