"""What is remembered: services over the stores, giving plain values to pages and commands."""
