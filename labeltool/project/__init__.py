"""A project as a whole: the sample, and whether everything is there and agrees."""
