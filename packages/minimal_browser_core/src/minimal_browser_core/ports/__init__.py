"""What core asks of the outside: one Protocol a service, and the values that cross it."""
