"""Arrays of landmarks as they are stored: which landmarks they hold, and how they are read."""
