"""Parts of the inspector."""
