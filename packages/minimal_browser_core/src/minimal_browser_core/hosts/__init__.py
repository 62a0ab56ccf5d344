"""Host names and addresses as they are shown and copied: in Unicode only if a name cannot be taken for another."""
