"""What a running round has reported so far, small enough to draw."""

from __future__ import annotations

import math

from labeltool.domain import N_, Message
from labeltool.rounds.run_folder import Event

MAX_CURVE_POINTS = 600
"""More points than a small plot has pixels cost time only."""

STAGES = {
    ("train", "labels"): N_("Training on the labels"), ("train", "both"): N_("Training on both"),
    ("train", ""): N_("Training"), ("prepare", ""): N_("Predicting pseudo-labels"),
    ("predict", ""): N_("Predicting all faces"), ("", ""): N_("Starting"),
}  # fmt: skip
"""The stages of a training round in words, and for a training by what it is on."""

LOSS_TERMS = {
    "total": ("total",), "cell": ("score",), "place": ("x", "y"), "neighbours": ("nb_x", "nb_y"),
}  # fmt: skip
"""The curves of the loss, each the sum of some terms that a worker reports."""


class Curve:
    """A curve `x`, `y` with rising x. Once it has too many points, neighbours are averaged."""

    def __init__(self) -> None:
        self.x: list[float] = []
        self.y: list[float] = []
        self._rows_per_point = 1
        self._rows: list[tuple[float, float]] = []  # of the next point

    def add(self, x: float, y: float) -> None:
        """Add a value; one that is not finite, or not to the right of the last, is left out."""
        last = self._rows[-1][0] if self._rows else self.x[-1] if self.x else -math.inf
        if not math.isfinite(y) or x <= last:
            return
        self._rows.append((x, y))
        if len(self._rows) < self._rows_per_point:
            return
        self.x.append(x)
        self.y.append(sum(row[1] for row in self._rows) / len(self._rows))
        self._rows = []
        if len(self.x) >= MAX_CURVE_POINTS:
            self.x = self.x[1::2]
            self.y = [(a + b) / 2 for a, b in zip(self.y[::2], self.y[1::2], strict=True)]
            self._rows_per_point *= 2


class RoundCourse:
    """The events of one round, added up.

    `losses`: curves by the names of `LOSS_TERMS`, over the images trained on. `errors`: nme and
    nme_curve in percent, over epochs. `values`: the newest of each kind, see `Event`. `waits_for`:
    the round that uses the device now, in a sentence; None if this one has it.
    """

    def __init__(self) -> None:
        self.device = ""
        self.stage = self.trains_on = ""
        self.done = self.total = self.epochs = 0
        self.seconds_left = 0.0
        self.is_paused = False
        self.losses = {name: Curve() for name in LOSS_TERMS}
        self.errors = {name: Curve() for name in ("nme", "nme_curve")}
        self.values: dict[str, float] = {}
        self.notice: Message | None = None
        self.waits_for: Message | None = None

    def add(self, event: Event) -> None:
        """Take in the next event."""
        self.values |= event.values
        self.waits_for = event.reason if event.kind == "waiting" else None
        if event.kind == "started":
            self.device = event.detail
        elif event.kind in ("paused", "resumed"):
            self.is_paused = event.kind == "paused"
        elif event.kind == "notice":
            self.notice = event.reason
        elif event.kind == "epoch":
            self.epochs += 1
            for name, curve in self.errors.items():
                if name in event.values:
                    curve.add(self.epochs, event.values[name])
        elif event.kind == "progress":
            self.stage, self.done, self.total = event.stage, event.done, event.total
            self.trains_on, self.seconds_left = event.detail, event.seconds
            for name, terms in LOSS_TERMS.items():
                if all(term in event.losses for term in terms):
                    self.losses[name].add(event.done, sum(event.losses[term] for term in terms))

    @property
    def is_error_unknown(self) -> bool:
        """Whether an epoch ended, and there are no faces to measure by."""
        return self.epochs > 0 and not self.errors["nme"].x
