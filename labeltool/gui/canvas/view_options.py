"""How faces are displayed: what is switched on, and the display adjustments. Kept in settings."""

from __future__ import annotations

import math
from dataclasses import asdict

from labeltool.gui.canvas.display_adjustments import DisplayAdjustments
from labeltool.gui.settings import Settings

LAYERS = ("points", "edges", "boxes", "numbers", "circles")
"""What is drawn of a face; at first the first three."""

_ON_AT_FIRST = ("points", "edges", "boxes", "assist")

COMPARISONS = ("compare_proposal", "compare_previous")
"""Which other landmarks are drawn for comparison; at most one of them is on."""

TOGGLES = (*LAYERS, *COMPARISONS, "keep_view", "by_group", "snap", "follow", "assist")
"""Everything that can be switched on, by the name of its command."""

Framing = tuple[float, float, float]
"""See `FaceFraming.remembered`."""


class ViewOptions:
    """What is switched on. Snapping and moving neighbours are off at first: they change clicks."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        saved = settings.view
        self._on = {name for name in TOGGLES if saved.get(name, name in _ON_AT_FIRST) is True}
        self._on -= {"snap", "follow"}
        self.adjustments = DisplayAdjustments.from_settings(saved.get("adjustments"))
        self.framing = _read_framing(saved.get("framing"))
        self.was_zoomed = self.framing is not None and saved.get("zoomed") is True

    def is_on(self, name: str) -> bool:
        """Whether one of `TOGGLES` is on."""
        return name in self._on

    def toggle(self, name: str) -> None:
        """Switch one of `TOGGLES` on or off."""
        self._on ^= {name}
        if name in COMPARISONS:
            self._on -= {other for other in COMPARISONS if other != name}

    @property
    def comparison(self) -> str:
        """Which of `COMPARISONS` is on, or ''."""
        return next((name for name in COMPARISONS if name in self._on), "")

    def save(self, framing: Framing | None, is_zoomed: bool) -> None:
        """Write everything to the settings, and which part of a face is visible."""
        self._settings.view = {
            **{name: name in self._on for name in TOGGLES},
            "adjustments": asdict(self.adjustments), "framing": framing, "zoomed": is_zoomed,
        }  # fmt: skip


def _read_framing(values: object) -> Framing | None:
    if not isinstance(values, list) or len(values) != 3:
        return None
    if not all(isinstance(value, float) and math.isfinite(value) for value in values):
        return None
    x, y, scale = values
    return (x, y, scale) if scale > 0 else None
