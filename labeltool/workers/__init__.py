"""Work that runs in processes of its own: rounds, which talk through a folder, and face search."""
