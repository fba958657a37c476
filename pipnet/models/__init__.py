"""Networks, losses, decoding, and model files."""
