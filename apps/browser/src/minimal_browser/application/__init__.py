"""What the process owns: profile, stores, downloads and the copilot's services."""
