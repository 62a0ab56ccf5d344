"""Keys, modes and the bindings between them: pure values and functions, no window."""
