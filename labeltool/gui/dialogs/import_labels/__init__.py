"""Import labels: look at a file, map its landmarks, choose what it becomes."""
