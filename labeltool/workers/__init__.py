"""Worker processes: rounds, which communicate through a run folder, and the face search."""
