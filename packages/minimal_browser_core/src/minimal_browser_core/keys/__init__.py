"""Key notation, modes, key maps and the dispatcher."""
