"""Training and self-training, with augmentation."""
