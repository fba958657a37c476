"""Review what a landmark detector proposes, correct it, and train the next round."""
