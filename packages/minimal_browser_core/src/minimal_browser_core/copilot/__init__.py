"""The copilot: what it is asked, what it sees, what it may do, and how an answer arrives."""
