"""From photos to landmarks."""
