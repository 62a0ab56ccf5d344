"""What a person can tell the browser to do: each command, the line it is typed on, and its completion."""
