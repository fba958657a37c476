"""Editing by mouse and keyboard: what a press hits, and what a drag does to points and boxes."""
