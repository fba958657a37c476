"""The values everything else talks in. Frozen, and free of Qt, SQL and torch."""

from __future__ import annotations

from labeltool.domain.batch import Batch, PastBatch, Seen
from labeltool.domain.changes import Changes, WriteResult
from labeltool.domain.errors import (
    DamagedError,
    PhotosMissingError,
    ReadOnlyError,
    StoreBusyError,
    UserError,
    system_reason,
)
from labeltool.domain.face import (
    ABSENT,
    FINAL,
    OCCLUDED,
    VERDICTS,
    VISIBLE,
    Card,
    Decision,
    Face,
    NewPrediction,
    Points,
    Prediction,
    Row,
    Verdict,
    Visibility,
    verdict_name,
)
from labeltool.domain.filters import (
    ORDERS,
    VERDICT_FILTERS,
    Counts,
    Facets,
    Filter,
    Folder,
    News,
    ReviewerProgress,
    SavedFilter,
)
from labeltool.domain.messages import N_, Message, counted, fill
from labeltool.domain.models import import_model, model_name, round_model
from labeltool.domain.operations import Entry, Step, UndoState
from labeltool.domain.photo import KnownFile, PhotoRecord, folder_name, photo_problem, with_path
from labeltool.domain.progress import Cancelled, Progress
from labeltool.domain.rounds import LedgerRole, LeftOut, Round, RoundKind, RoundStatus
from pipnet.data.boxes import Box

__all__ = [
    "ABSENT",
    "FINAL",
    "N_",
    "OCCLUDED",
    "ORDERS",
    "VERDICTS",
    "VERDICT_FILTERS",
    "VISIBLE",
    "Batch",
    "Box",
    "Cancelled",
    "Card",
    "Changes",
    "Counts",
    "DamagedError",
    "Decision",
    "Entry",
    "Face",
    "Facets",
    "Filter",
    "Folder",
    "KnownFile",
    "LedgerRole",
    "LeftOut",
    "Message",
    "NewPrediction",
    "News",
    "PastBatch",
    "PhotoRecord",
    "PhotosMissingError",
    "Points",
    "Prediction",
    "Progress",
    "ReadOnlyError",
    "ReviewerProgress",
    "Round",
    "RoundKind",
    "RoundStatus",
    "Row",
    "SavedFilter",
    "Seen",
    "Step",
    "StoreBusyError",
    "UndoState",
    "UserError",
    "Verdict",
    "Visibility",
    "WriteResult",
    "counted",
    "fill",
    "folder_name",
    "import_model",
    "model_name",
    "photo_problem",
    "round_model",
    "system_reason",
    "verdict_name",
    "with_path",
]
