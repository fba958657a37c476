"""What happens between the steps of a training: progress, measurements, and whether to stop."""

from __future__ import annotations

import math
import time

from labeltool.domain import N_, Message
from labeltool.rounds.run_folder import Event, RunFolder
from labeltool.workers.round_audit import Audit
from labeltool.workers.run_photos import RunPhotos
from labeltool.workers.run_progress import RunProgress
from pipnet.data.images import ImageError
from pipnet.data.sample import Sample
from pipnet.models.checkpoint import Checkpoint
from pipnet.models.devices import peak_memory_bytes
from pipnet.training.trainer import Step

MEASURE_SECONDS = 10.0
"""Shortest time between two measurements on the audit faces."""

MEASURE_SHARE = 0.1
"""Share of the time that measurements take at most."""

CONVERGED_AFTER = 5
"""A training has converged once so many measurements brought nothing new, or twice as many epochs
where nothing is measured."""

CONVERGED_GAIN = 0.005
"""An error is lower than before if it is lower by this share."""


class StopEarly(Exception):  # noqa: N818 - not an error
    """The training ends here, and keeps its network."""


class TrainingWatch:
    """Watches the trainings of a round, one after the other.

    `newest`: the network of the last epoch, or of the step at which the training was stopped early.

    Args:
        newest: where the first training starts.
        until_converged: whether the last training ends once it stops improving.
        batch: how many faces are computed at once.
    """

    def __init__(
        self,
        folder: RunFolder,
        photos: RunPhotos,
        audit: Audit,
        progress: RunProgress,
        newest: Checkpoint,
        device: str,
        *,
        until_converged: bool,
        batch: int,
    ) -> None:
        self._folder, self._photos, self._audit, self._progress = folder, photos, audit, progress
        self.newest, self._device = newest, device
        self._until_converged = until_converged
        self._smallest_batch = batch
        self._learning_rate: float | None = None
        self._measure_at = 0.0

    def begin(self, newest: Checkpoint, batch: int, epochs: int, *, is_last: bool) -> None:
        """A training begins, or goes on, with this network.

        Args:
            batch: images in a step. epochs: in the training. is_last: of the round.

        Raises:
            StopEarly: the user asked to stop early.
        """
        self.newest, self._batch, self._epochs, self._is_last = newest, batch, epochs, is_last
        self._is_first_step, self._errors = True, list[float]()
        if self._folder.should_stop_early:
            raise StopEarly

    def on_progress(self, step: Step) -> None:
        """After a step.

        Raises:
            Cancelled: the user asked to cancel.
            StopEarly: they asked to stop early.
        """
        done = step.done * self._batch
        if self._is_first_step and step.done > 1:
            self._progress.resume_at(done)
        self._is_first_step = False
        self._learning_rate = step.learning_rate
        self._progress.report(done, step.losses, learning_rate=step.learning_rate, **self._memory())
        if self._folder.should_stop_early:
            self.newest = step.averaged()
            raise StopEarly

    def on_epoch(self, epoch: int, checkpoint: Checkpoint) -> None:
        """After an epoch. Raises StopEarly if nothing improves any more."""
        self.newest = checkpoint
        losses = checkpoint.summary["losses"]
        values = self._memory()
        if self._learning_rate is not None:  # a worker may resume after the last step of an epoch
            values["learning_rate"] = self._learning_rate
        is_end = self._is_last and epoch + 1 == self._epochs
        if is_end or time.monotonic() >= self._measure_at:
            measured = self._measure(checkpoint)
            values |= measured
            if self._audit.is_measuring:
                self._errors.append(measured.get("nme", math.inf))
        if not self._audit.is_measuring:
            self._errors.append(losses["total"])
        self._progress.report_epoch(losses, **values)
        if self._until_converged and self._is_last and self._has_converged():
            raise StopEarly

    def on_predicted(self, done: int) -> None:
        """After pseudo-labels were predicted between two trainings, `done` so far.

        Raises:
            Cancelled, StopEarly: as `on_progress`; the network is that of the training before.
        """
        self._progress.report(done)
        if self._folder.should_stop_early:
            raise StopEarly

    def on_unreadable(self, _sample: Sample, error: ImageError) -> None:
        """A face is skipped. Raises UserError if no label of a person is left."""
        self._photos.skip(error)
        self._photos.check_labelled()

    def on_smaller_batch(self, faces: int) -> None:
        """Memory ran out: tell the user, once for each size."""
        if faces >= self._smallest_batch:
            return
        self._smallest_batch = faces
        reason = Message.counted(
            faces,
            N_("Memory ran out. The training goes on with 1 face at once, which is slower."),
            N_("Memory ran out. The training goes on with {count} faces at once, which is slower."),
        )
        self._folder.report(Event("notice", "train", reason=reason))

    def _memory(self) -> dict[str, float]:
        peak = peak_memory_bytes(self._device)
        return {} if peak is None else {"memory_bytes": peak}

    def _measure(self, checkpoint: Checkpoint) -> dict[str, float]:
        began = time.monotonic()
        measured = self._audit.measure(checkpoint, samples=True)
        took = time.monotonic() - began
        self._progress.went_aside(took)
        self._measure_at = time.monotonic() + max(MEASURE_SECONDS, took / MEASURE_SHARE)
        if measured is None:
            return {}
        figures = measured.summary()
        return {"nme": figures["nme"], "nme_curve": figures["nme_curve"]}

    def _has_converged(self) -> bool:
        """Whether the last errors are no lower than those before."""
        recent = CONVERGED_AFTER * (1 if self._audit.is_measuring else 2)
        if len(self._errors) <= recent:
            return False
        before, lately = self._errors[:-recent], self._errors[-recent:]
        return min(lately) > (1 - CONVERGED_GAIN) * min(before)
