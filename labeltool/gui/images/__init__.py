"""Photos and thumbnails, decoded off the window's thread and cached."""
