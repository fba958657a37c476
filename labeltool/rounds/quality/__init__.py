"""How good the networks of rounds are, and how they compare."""
