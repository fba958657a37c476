"""How far landmarks are off."""
