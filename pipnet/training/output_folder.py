"""The folder of a training: its state for a resume, its model and its log."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import torch

from pipnet.models.checkpoint import Checkpoint, load, save
from pipnet.output import replacing
from pipnet.training.state import TrainingState

SAVE_STATE_SECONDS = 300.0
"""Time between two saved states: the most work that an interruption costs."""


class OutputFolder:
    """Reads and writes `state.pt`, `model.safetensors` and `log.jsonl`.

    Args:
        folder: where they are; made when the first is written.
        settings: what a training that is resumed must have in common, plain values by name.
        is_writer: whether this process writes; only one of several does.
        save_seconds: time between two saves, of the model too; None to save after every epoch.
    """

    def __init__(
        self,
        folder: Path,
        settings: dict[str, Any],
        is_writer: bool,
        save_seconds: float | None = None,
    ) -> None:
        self._folder, self._settings, self._is_writer = folder, settings, is_writer
        self._save_seconds = save_seconds
        self._saved_at = self._epoch_saved_at = time.monotonic()

    def load_model(self) -> Checkpoint:
        """The model of the last complete epoch."""
        return load(self._folder / "model.safetensors")

    def resume(self, training: TrainingState) -> None:
        """Load the saved state, if there is one.

        Raises:
            ValueError: it belongs to a training with other settings.
        """
        file = self._folder / "state.pt"
        if file.exists():
            state = torch.load(file, map_location="cpu", weights_only=True)
            saved = state.pop("settings")
            for name, value in self._settings.items():
                if saved.get(name, value) != value and name != "device":
                    raise ValueError(
                        f"{self._folder} holds a training with {name} {saved[name]}, not {value}: "
                        "resume with the same settings, or choose another folder"
                    )
            training.load_state_dict(state)
        # The epoch of a row without a state is run again, and its row written again.
        log = self._folder / "log.jsonl"
        if self._is_writer and log.exists():
            rows = log.read_text("utf-8").splitlines(keepends=True)
            partial = log.with_name("log.jsonl.partial")
            partial.write_text("".join(rows[: training.epoch]), encoding="utf-8")
            os.replace(partial, log)

    def save_state_if_due(self, training: TrainingState) -> None:
        """Save the state if the last save is long enough ago: `SAVE_STATE_SECONDS`, or as given."""
        limit = SAVE_STATE_SECONDS if self._save_seconds is None else self._save_seconds
        if self._is_writer and time.monotonic() - self._saved_at > limit:
            self._save_state(training)

    def save_epoch(
        self,
        training: TrainingState,
        losses: dict[str, float],
        result: Checkpoint,
        *,
        is_last: bool,
    ) -> None:
        """Save the model, a row of the log and the state, in this order; only the row if the last
        save is not long enough ago, unless the epoch `is_last`."""
        if not self._is_writer:
            return
        since = time.monotonic() - self._epoch_saved_at
        is_due = is_last or self._save_seconds is None or since > self._save_seconds
        if is_due:
            save(result, self._folder / "model.safetensors")
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / "log.jsonl").open("a", encoding="utf-8") as log:
            rounded = {name: round(value, 6) for name, value in losses.items()}
            log.write(json.dumps({"epoch": training.epoch, "time": time.time(), **rounded}) + "\n")
        if is_due:
            self._save_state(training)
            self._epoch_saved_at = time.monotonic()

    def _save_state(self, training: TrainingState) -> None:
        with replacing(self._folder / "state.pt") as partial, partial.open("wb") as file:
            try:
                torch.save({"settings": self._settings, **training.state_dict()}, file)
            except RuntimeError as error:
                # torch hides that the disk is full behind an error of its own
                if isinstance(error.__context__, OSError):
                    raise error.__context__ from None
                raise
        self._saved_at = time.monotonic()
