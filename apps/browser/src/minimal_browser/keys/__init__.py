"""From Qt key events to commands."""
