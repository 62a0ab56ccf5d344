"""Everything a keyboard-driven AI browser is, except its window.

Importing this package imports nothing else of it: take what you need from its modules
(`ports`, `errors`, `config`, `backends`, `copilot`, `memory`, `commands`, `input`, `testing`).
"""

__version__ = "0.1.0"
