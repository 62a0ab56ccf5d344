"""Modal keys: notation, modes, bindings, and the dispatcher that turns keys into command lines."""
