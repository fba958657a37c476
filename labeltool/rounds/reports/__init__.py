"""A round's report as words, a page and files."""
