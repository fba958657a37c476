"""One run of a model over the project."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from labeltool.domain.messages import Message


class RoundKind(StrEnum):
    """Where a set of predictions comes from."""

    PREDICT = "predict"
    TRAIN = "train"
    IMPORT = "import"


class RoundStatus(StrEnum):
    """`running` until its results are wholly taken in or it ended otherwise."""

    RUNNING = "running"
    READY = "ready"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Round:
    """One run of a model over the project, trained before or not."""

    id: int
    kind: RoundKind
    number: int
    model: str
    task: str
    status: RoundStatus
    folder: Path
    started: str
    finished: str | None
    error: Message | None
    summary: dict[str, object]
