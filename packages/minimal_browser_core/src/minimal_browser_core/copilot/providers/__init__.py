"""Which provider answers, with which key and models, and what its failures mean."""
