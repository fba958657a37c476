"""Work beside the window: tasks, the write queue, counting, backups."""
