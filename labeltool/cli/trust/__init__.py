"""Commands about what is right, and guarantees of it."""
