"""Backups of the project file, and how to restore one."""
