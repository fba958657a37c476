"""How a run uses its device."""
