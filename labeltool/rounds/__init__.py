"""Rounds of prediction and training: plan, start and follow them, and add their results."""
