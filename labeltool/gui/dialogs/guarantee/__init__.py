"""Accept with a guarantee: set up, look at random faces, accept."""
