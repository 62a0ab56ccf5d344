"""Everything a keyboard-driven AI browser is, except its window.

Importing this package imports nothing else of it: take what you need from its modules
(`errors`, `settings`, `backends`, `chat`, `storage`, `copilot`, `commands`, `features`, `keys`, `testing`).
"""

__version__ = "0.1.0"
