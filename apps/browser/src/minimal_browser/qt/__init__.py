"""The window, in PyQt6 and Qt WebEngine. Imported only once a window is wanted."""
