"""Which landmark of a label file is which landmark of the project."""
