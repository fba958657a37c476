"""A landmark scheme while a person makes or changes it."""
