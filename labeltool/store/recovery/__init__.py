"""Backups of the project file, and how one takes its place."""
