"""How far the landmarks of a detector are expected to be off, learned from labelled faces."""
