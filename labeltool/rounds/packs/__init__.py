"""Rounds that another machine trains: packed into a file, run there, and brought in."""
