"""Photos and labels in, labels out."""
