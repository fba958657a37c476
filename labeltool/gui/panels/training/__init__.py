"""What the panel of a running round shows of its training."""
