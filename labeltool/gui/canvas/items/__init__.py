"""What is painted over the photo: graphics items in image pixels, and panels in screen pixels."""
