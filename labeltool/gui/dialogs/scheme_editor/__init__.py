"""Make and change a landmark scheme on a picture."""
