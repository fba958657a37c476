"""Photo formats that Pillow alone does not read as they are meant."""
