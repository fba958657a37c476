"""The values everything else talks in. Frozen, and free of Qt, SQL and torch."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path, PureWindowsPath

import numpy as np
from numpy.typing import NDArray

from pipnet.text import one_line

Points = NDArray[np.float64]
"""(N, 2) landmarks in pixels of the upright image, (0, 0) the centre of the top-left pixel; NaN
where a landmark is absent."""

Visibility = NDArray[np.int8]
"""(N,) of ABSENT, OCCLUDED, VISIBLE: how each landmark can be seen, as COCO numbers it."""

ABSENT, OCCLUDED, VISIBLE = 0, 1, 2

Box = tuple[float, float, float, float]
"""x, y, width, height in the same frame."""

Progress = Callable[[int, int], None]
"""Called with (done, total); raises Cancelled when the user asked to stop."""


def mark(text: str) -> str:
    """The text itself; the name tells the translation tools that people will read it."""
    return text


def fill(text: str, values: dict[str, object]) -> str:
    """A marked text with its `{names}` filled in, each value on one line; without values as it is.

    Values are names and paths of others, as a rule.
    """
    shown = {
        name: one_line(value) if isinstance(value, str | Path) else value
        for name, value in values.items()
    }
    return text.format(**shown) if values else text


def folder_name(folder: Path) -> str:
    """The last part of a photo folder's path, also of one that was written by another system."""
    text = str(folder)
    foreign = PureWindowsPath(text)
    return foreign.name if foreign.is_absolute() and not folder.is_absolute() else folder.name


def counted(count: int, one: str, many: str = "") -> str:
    """'1 photo' or '2 photos', for the command line; `many` is `one` with an s if not given."""
    return f"{count} {one if count == 1 else many or one + 's'}"


class Said(str):
    """Sentences for people, in English, which the window can say in another language.

    They remember the marked `texts` that they were made of, and the `values` for the `{names}` in
    those.
    """

    texts: tuple[str, ...]
    values: dict[str, object]

    def __new__(cls, *texts: str, **values: object) -> Said:
        """Put `values` into `texts`, and a blank between those that are not empty."""
        filled = (fill(text, values) for text in texts if text)
        made = super().__new__(cls, " ".join(filled))
        made.texts, made.values = texts, values
        return made

    @classmethod
    def counted(cls, count: int, one: str, many: str) -> Said:
        """The text `one` for a single thing, else `many`, which may hold `{count}`."""
        return cls(one if count == 1 else many, count=count)


class UserError(Exception):
    """Something the user can mend: `what` happened, and the `remedy`, a sentence each.

    Both are marked texts with `{names}` in them; `values` fill those in. The window translates the
    texts before it fills them.
    """

    def __init__(self, what: str, remedy: str = "", **values: object) -> None:
        self.texts, self.values = (what, remedy), values
        self.what, self.remedy = Said(what, **values), Said(remedy, **values)
        super().__init__(f"{self.what} {self.remedy}".strip())


class StoreBusyError(UserError):
    """Another program holds the write lock for longer than this caller waits."""


class ReadOnlyError(UserError):
    """The project lies where this user may not write: it can be looked at and exported."""


class DamagedError(UserError):
    """The project's file is damaged, empty or gone: a backup has to take its place."""


class PhotosMissingError(UserError):
    """Folders of photos are not where the project knows them: they have to be pointed to."""


class Cancelled(Exception):  # noqa: N818 - not an error
    """The user asked to stop."""


class Verdict(StrEnum):
    """What a person said of a face. A correction is an acceptance with moved points; *excluded* is
    not a face or unusable, never offered or trained. *Removed* is no verdict of a person: the
    operation that added the face was undone, or not finished yet, so the face is nowhere shown or
    counted until a redo brings it back."""

    UNREVIEWED = "unreviewed"
    ACCEPTED = "accepted"
    CORRECTED = "corrected"
    REJECTED = "rejected"
    EXCLUDED = "excluded"
    REMOVED = "removed"


VERDICTS = tuple(verdict for verdict in Verdict if verdict is not Verdict.REMOVED)
"""Verdicts of faces that are there."""

FINAL = (Verdict.ACCEPTED, Verdict.CORRECTED)
"""Verdicts that make a manual label."""


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
class Changes:
    """What a write changed: these faces, or `all` of them; `photos`; `rounds`; saved `filters`.

    Nothing at all says that only the desk turned to another face. `boxes`: faces with another box,
    which want a new proposal. `note`: a sentence for the message line, or empty. `back`: by undo
    or redo, or by no operation at all: to offer Undo for it would mean something else.
    """

    faces: frozenset[int] = frozenset()
    all: bool = False
    photos: bool = False
    rounds: bool = False
    filters: bool = False
    boxes: frozenset[int] = frozenset()
    note: str = ""
    back: bool = False

    @property
    def any_face(self) -> bool:
        """Whether some face changed."""
        return self.all or bool(self.faces)

    def joined(self, other: Changes) -> Changes:
        """What both changed, without notes and boxes: those are for who wrote."""
        everything = self.all or other.all
        return Changes(
            faces=frozenset() if everything else self.faces | other.faces,
            all=everything,
            photos=self.photos or other.photos,
            rounds=self.rounds or other.rounds,
            filters=self.filters or other.filters,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """What a model proposed for a face. `scores` (N,) raw best map values; `score` 0..1 the face's;
    `spread`: of the neighbour votes as a fraction of the box size."""

    id: int
    round_id: int
    model: str
    points: Points
    scores: NDArray[np.float32]
    score: float
    spread: float


@dataclass(frozen=True, slots=True, eq=False)
class Decision:
    """What a person decided on a face, when, and on which prediction."""

    verdict: Verdict
    reviewer: str
    time: str
    prediction_id: int | None
    points: Points | None
    visibility: Visibility | None


@dataclass(frozen=True, slots=True)
class PhotoRecord:
    """A photo as the project knows it: `path` below the photo folder `root`, `size` (width, height)
    in pixels and `sha256` of its content once they are known, `problem` if it cannot be used."""

    id: int
    root: str
    path: str
    size: tuple[int, int] | None
    sha256: str | None
    problem: str | None

    @property
    def file(self) -> Path:
        """Where it lies."""
        return Path(self.root) / self.path


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """A face with its current state. `photo` is the file, `name` its path under the photo root.

    `box_kind`: one of pipnet.crop.BOX_KINDS. `prediction` is the one offered now; `offered` says
    that nobody judged it yet. `draft`: unsaved moves, made on `draft_prediction`, with
    the visibility that goes with them.
    """

    id: int
    photo_id: int
    photo: Path
    name: str
    photo_size: tuple[int, int]
    box: Box
    box_kind: str
    verdict: Verdict
    flag: bool
    offered: bool
    prediction: Prediction | None
    decision: Decision | None
    draft: Points | None = None
    draft_visibility: Visibility | None = None
    draft_prediction: int | None = None

    @property
    def points(self) -> Points | None:
        """The landmarks to show: of the draft, of a manual label, or of the prediction."""
        if self.draft is not None:
            return self.draft
        if self.decision is not None and self.verdict in FINAL and self.decision.points is not None:
            return self.decision.points
        return None if self.prediction is None else self.prediction.points

    @property
    def visibility(self) -> Visibility | None:
        """How each of `points` can be seen; visible where nobody said otherwise."""
        points = self.points
        if points is None:
            return None
        stated = self.draft_visibility
        if self.draft is None and self.decision is not None and self.verdict in FINAL:
            stated = self.decision.visibility
        placed = np.isfinite(points).all(axis=1)
        said = np.full(len(points), VISIBLE) if stated is None else stated
        # a landmark in a place is not absent, whatever a file said of it
        return np.where(placed, np.maximum(said, OCCLUDED), ABSENT).astype(np.int8)


@dataclass(frozen=True, slots=True)
class Row:
    """A face in a list: only what the list draws."""

    id: int
    name: str
    verdict: Verdict
    flag: bool
    offered: bool
    score: float | None


VERDICT_FILTERS = (None, "offered", *map(str, VERDICTS), "rejected-new")
"""What `Filter.verdict` may be: 'offered' is every proposal nobody judged, 'rejected-new' a
rejected face with a new proposal."""

ORDERS = ("file", "score", "spread", "time", "round", "change")
"""What `Filter.order` may be: low score first, most spread first, last decided first, newest round
first, largest movement since the round before first. Faces without the value come last."""


@dataclass(frozen=True, slots=True, eq=False)
class Card:
    """A face in the gallery: what a small picture of it shows. Frames as in `Face`.

    `draft`: unsaved moves are shown. `scores` (N,) are the prediction's; `moved` (N,) says which
    points a person put elsewhere.
    """

    id: int
    photo: Path
    name: str
    box: Box
    box_kind: str
    verdict: Verdict
    flag: bool
    offered: bool
    score: float | None
    draft: bool
    points: Points | None
    scores: NDArray[np.float32] | None
    moved: NDArray[np.bool_] | None


Seen = tuple[int, int | None, int | None]
"""A face, its newest entry of the log and its prediction, as they were when a batch was shown."""


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """One verdict for many faces, before it is given; the lowest scores first.

    `waiting` faces wait for a verdict. `decided` ones have one from a person that the batch would
    replace, which needs asking. The others stay as they are: `same` have that verdict already,
    `drafts` have unsaved moves, `bare` no proposal to accept. `verdicts` counts all of them as they
    are now, `replaced` the decided ones; `lowest` is the lowest score of those waiting.
    """

    verdict: Verdict
    waiting: list[Seen]
    decided: list[Seen]
    same: int
    drafts: int
    bare: int
    verdicts: dict[Verdict, int]
    replaced: dict[Verdict, int]
    lowest: float | None


@dataclass(frozen=True, slots=True)
class Filter:
    """Which faces, in which order.

    `verdict`: one of VERDICT_FILTERS. `score`: lowest and highest. `round_id`: whose proposal is
    shown. `folder`: the number of a photo root and a path under it ('1/walk/day 2'), with all
    folders inside. `reviewer`: whose decision stands. `text`: part of the file's path, in capitals
    or not. `batch`: id of an operation, for its faces only. `order`: one of ORDERS; `descending`
    turns it round.
    """

    verdict: str | None = None
    flagged: bool = False
    text: str = ""
    order: str = "file"
    descending: bool = False
    score: tuple[float, float] | None = None
    round_id: int | None = None
    folder: str = ""
    reviewer: str = ""
    batch: int | None = None

    @property
    def narrows(self) -> bool:
        """Whether it leaves any face out."""
        return self != Filter(order=self.order, descending=self.descending)

    def to_json(self) -> str:
        """Only what differs from no filter at all."""
        values = asdict(self)
        plain = asdict(Filter())
        return json.dumps({k: v for k, v in values.items() if v != plain[k]}, ensure_ascii=False)

    @classmethod
    def from_json(cls, written: str) -> Filter:
        """The filter that `to_json` wrote.

        Raises:
            UserError: a newer version of the program wrote it, or it is damaged.
        """
        newer = UserError(
            mark("This filter was made by a newer version of the program."),
            mark("Update this program, or delete the filter and make it again."),
        )
        try:
            values = json.loads(written)
            if "score" in values:
                low, high = values["score"]
                values["score"] = (float(low), float(high))
            made = cls(**values)
        except (TypeError, ValueError) as error:
            raise newer from error
        if made.verdict not in VERDICT_FILTERS or made.order not in ORDERS:
            raise newer
        return made


@dataclass(frozen=True, slots=True)
class SavedFilter:
    """A filter with a name; `filter` is None if a newer version of the program wrote it."""

    id: int
    name: str
    filter: Filter | None


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of photos: `path` as in Filter.folder, its own faces without those of folders
    inside, and how many of them have something to decide."""

    path: str
    faces: int
    todo: int


@dataclass(frozen=True, slots=True)
class Facets:
    """How many faces there are under a filter: with each of VERDICT_FILTERS in place of its
    verdict, with a flag, and `left` with something to decide."""

    verdicts: dict[str | None, int]
    flagged: int
    left: int


@dataclass(frozen=True, slots=True)
class Visit:
    """Where a reviewer was last: when, on which face, under which filter."""

    time: str
    face_id: int | None
    filter: Filter


@dataclass(frozen=True, slots=True)
class News:
    """What others did since a visit: faces decided by reviewer, proposals by the name of their
    round, photos added."""

    decided: dict[str, int]
    proposed: dict[str, int]
    photos: int

    def __bool__(self) -> bool:
        return bool(self.decided or self.proposed or self.photos)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many of everything; `proposed` faces carry a proposal nobody judged."""

    photos: int = 0
    problems: int = 0
    waiting: int = 0
    faces: int = 0
    proposed: int = 0
    unreviewed: int = 0
    accepted: int = 0
    corrected: int = 0
    rejected: int = 0
    excluded: int = 0
    flagged: int = 0
    rounds: int = 0


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
    error: str | None
    summary: dict[str, object]


@dataclass(frozen=True, slots=True)
class KnownFile:
    """A photo's file when its faces were found or labelled; None where that is not known.

    `root`: id of its root, `path`: where it lies under that. `modified`: nanoseconds since 1970.
    `problem`: why it cannot be used now.
    """

    photo: int
    root: int
    path: str
    bytes: int
    modified: int | None
    sha256: str | None
    width: int | None
    height: int | None
    problem: str | None


@dataclass(frozen=True, slots=True)
class Step:
    """What one undo or redo would take back or do again: moves of points, or an operation.

    `what`: in words, as the log has it. `faces`: how many it was done to, 0 for moves. `key` names
    the step, whoever asks. `is_last`: it is what was done last through this open project, so the
    person has it before their eyes.
    """

    what: str
    kind: str
    faces: int
    reviewer: str
    time: str
    key: str
    is_last: bool


@dataclass(frozen=True, slots=True)
class UndoState:
    """What undo and redo would do now, in words, or None; the steps say more of it."""

    undo: str | None
    redo: str | None
    undo_step: Step | None = field(default=None, compare=False)
    redo_step: Step | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """A state that a face was given: by which operation on how many `faces`, whose, when (UTC).

    `kind`: decide, flag, import, restore, take back, undo or redo. `model`: whose proposal it
    judged. `points`: the landmarks it decided on, else those of that proposal. `undone`: the
    operation was undone or taken back since, as far as this face goes.
    """

    id: int
    kind: str
    detail: str
    reviewer: str
    time: str
    faces: int
    verdict: Verdict
    flag: bool
    model: str | None
    points: Points | None
    undone: bool


@dataclass(frozen=True, slots=True)
class PastBatch:
    """An operation on several `faces`, `left` of which are still as it left them."""

    id: int
    reviewer: str
    time: str
    kind: str
    detail: str
    faces: int
    left: int


@dataclass(frozen=True, slots=True, eq=False)
class NewPrediction:
    """A prediction on its way into the store."""

    face_id: int
    points: Points
    scores: NDArray[np.float32]
    score: float
    spread: float


@dataclass(frozen=True, slots=True, eq=False)
class NewLabel:
    """A manual label that comes from a file: the verdict is accepted or corrected."""

    face_id: int
    verdict: Verdict
    points: Points
    visibility: Visibility | None = None
