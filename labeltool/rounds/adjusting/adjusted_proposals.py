"""Adjusted proposals: how an adjustment is kept, and what it makes of predictions."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from labeltool.domain import Changes, NewPrediction, Progress, Round, no_progress
from labeltool.rounds.mean_face import MEAN_FACE
from labeltool.store import Store
from labeltool.store.round_records import DETECTOR_TASK, WRITE_BATCH_PREDICTIONS

if TYPE_CHECKING:
    from pipnet.calibration.adjustment import Adjustment


def offer_further(store: Store) -> Changes:
    """Adjust the proposals of faces that the network in use has predicted since its adjustment."""
    network = network_in_use(store)
    stored = None if network is None else store.trust.adjustments.in_force(network.id)
    if network is None or stored is None:
        return Changes()
    adjusting = ProposalAdjustment.from_bytes(stored.content)
    done = store.trust.adjustments.rounds(stored)
    if not adjusting.fits(store) or not store.trust.adjustments.count_open(network.id, done):
        return Changes()
    round_id = store.trust.adjustments.add_round(network.id, {})
    write_adjusted(store, network.id, round_id, adjusting, done)
    store.trust.adjustments.offer_further(stored, round_id)
    return store.rounds.refresh_faces(round_id)


def adjustment_in_force(store: Store) -> ProposalAdjustment | None:
    """How the proposals of the network in use are adjusted; None if they are not."""
    network = network_in_use(store)
    stored = None if network is None else store.trust.adjustments.in_force(network.id)
    found = None if stored is None else ProposalAdjustment.from_bytes(stored.content)
    return found if found is not None and found.fits(store) else None


def adjusted(store: Store, network: int, prediction: NewPrediction) -> NewPrediction:
    """A prediction of a network as its adjustment in force changes it."""
    stored = store.trust.adjustments.in_force(network)
    adjusting = None if stored is None else ProposalAdjustment.from_bytes(stored.content)
    if adjusting is None or not adjusting.fits(store):
        return prediction
    if prediction.layout not in (None, adjusting.layout):
        return prediction
    return adjusting.apply([prediction])[0]


def network_in_use(store: Store) -> Round | None:
    """The first round of the network in use; None if there is none, and while another detector
    proposes."""
    current = store.rounds.current()
    if current is None or current.model == MEAN_FACE or current.task == DETECTOR_TASK:
        return None
    return current


def write_adjusted(
    store: Store,
    network: int,
    round_id: int,
    adjusting: ProposalAdjustment,
    done: Sequence[int] = (),
    progress: Progress = no_progress,
) -> int:
    """Add the adjusted predictions of all undecided faces to a round; returns how many there are.

    `done`: rounds whose faces are left out.
    """
    written, total = 0, store.trust.adjustments.count_open(network, done)
    for batch in store.trust.adjustments.open_faces(network, done):
        progress(written, total)
        moved = adjusting.apply(batch)
        for start in range(0, len(moved), WRITE_BATCH_PREDICTIONS):
            with store.background_write():
                store.rounds.add_predictions(
                    round_id, moved[start : start + WRITE_BATCH_PREDICTIONS]
                )
        written += len(batch)
    return written


@dataclass(frozen=True, slots=True, eq=False)
class ProposalAdjustment:
    """An adjustment as the project keeps it: arrays in one NumPy archive. `layout`: of which
    landmarks they are, see `labeltool.store.arrays`."""

    adjustment: Adjustment
    ratios: NDArray[np.float64]
    layout: int

    def apply(self, batch: list[NewPrediction]) -> list[NewPrediction]:
        """The adjusted predictions; a landmark's expected error falls as errors did."""
        moved = self.adjustment.apply(np.stack([row.points for row in batch]))
        return [
            replace(
                row,
                points=points,
                errors=None if row.errors is None else row.errors * self.ratios.astype(np.float32),
                error=None if row.error is None else row.error * float(self.ratios.mean()),
            )
            for row, points in zip(batch, moved, strict=True)
        ]

    def fits(self, store: Store) -> bool:
        """Whether it is about the landmarks of the project's scheme."""
        return self.layout == store.schemes.layout

    def arrays(self) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Mean, offset and weights of the adjustment."""
        return self.adjustment.mean, self.adjustment.offset, self.adjustment.weights

    def to_bytes(self) -> bytes:
        """What `from_bytes` reads."""
        file = io.BytesIO()
        of = self.adjustment
        np.savez(
            file, mean=of.mean, offset=of.offset, weights=of.weights, ratios=self.ratios,
            layout=self.layout,
        )  # fmt: skip
        return file.getvalue()

    @staticmethod
    def from_bytes(content: bytes) -> ProposalAdjustment:
        """Read what `to_bytes` wrote."""
        # imported here: the window opens without it
        from pipnet.calibration.adjustment import Adjustment  # noqa: PLC0415

        with np.load(io.BytesIO(content), allow_pickle=False) as data:
            return ProposalAdjustment(
                Adjustment(data["mean"], data["offset"], data["weights"]), data["ratios"],
                int(data["layout"]),
            )  # fmt: skip
