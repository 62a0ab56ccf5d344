"""What the process owns: profile, stores, background threads, downloads, history and the windows."""
