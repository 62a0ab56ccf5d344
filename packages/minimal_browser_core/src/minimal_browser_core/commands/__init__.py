"""The language of the browser: commands, the lines that run them, aliases and completion."""
