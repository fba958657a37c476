"""The photo with one face's points on it: look closely, move a point, draw a box."""

from __future__ import annotations

from labeltool.gui.canvas.canvas import Canvas

__all__ = ["Canvas"]
