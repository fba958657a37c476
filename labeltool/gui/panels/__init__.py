"""The panels around the canvas and the gallery."""
