"""The log of operations, and the current state of each face that follows from it."""
