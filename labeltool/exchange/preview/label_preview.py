"""What an import of a label file would do: looked at once, then weighed for each choice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from labeltool.domain import Message, Progress, UserError, Verdict
from labeltool.exchange.label_import import PlannedLabel, plan_labels
from labeltool.exchange.label_source import LabelSource, find_label_source, fit_to_scheme
from labeltool.exchange.mapping.landmark_map import (
    FileLandmarks,
    LandmarkMap,
    choices_between,
    landmarks_of,
    own_map,
)
from labeltool.exchange.preview.evidence import (
    Comparison,
    Evidence,
    compare,
    is_mirrored,
    spread,
)
from labeltool.exchange.preview.sample_faces import SampleFace, draw_sample
from labeltool.store import Store
from pipnet.data.images import ImageError, read_header
from pipnet.data.label_frames import SizeMismatch, StatedSize
from pipnet.data.scheme import Scheme, load_scheme, shipped_schemes
from pipnet.formats.registry import FORMATS

LISTED = 100
"""Faces, photos and sentences that are listed one by one."""

MIRROR_FACES = 200
"""Faces that are looked at for a mirror."""

KEPT_FROM_LABELS = (Verdict.ACCEPTED, Verdict.CORRECTED, Verdict.REJECTED, Verdict.EXCLUDED)
KEPT_FROM_PROPOSALS = (Verdict.ACCEPTED, Verdict.CORRECTED, Verdict.EXCLUDED)
"""Verdicts of faces that an import leaves as they are."""


@dataclass(frozen=True, eq=False)
class LookedAt:
    """A label file as it is, before any choice.

    `source`: with the landmarks of the file, and the sizes of its photos. `landmarks`: those of
    most faces. `counts`: how many faces have how many landmarks. `own`: how the landmarks are taken
    without a mapping, None if they are not the project's. `choices`: the mappings that can be
    chosen by name. `same_count`: shipped schemes of as many landmarks. `mismatches`: photos of
    another size than stated, by name. `missing`: why photos are not used.
    """

    source: LabelSource
    landmarks: FileLandmarks
    counts: Mapping[int, int]
    own: LandmarkMap | None
    choices: Mapping[str, LandmarkMap]
    same_count: tuple[str, ...]
    mismatches: Mapping[str, SizeMismatch]
    missing: tuple[Message, ...]
    samples: tuple[SampleFace, ...]
    is_empty: bool

    @property
    def format(self) -> str:
        """The name of the format, see `pipnet.formats.registry`."""
        return self.source.read.format or self.source.form.name

    @property
    def title(self) -> str:
        """The format in words."""
        return next((known.title for known in FORMATS if known.name == self.format), self.format)

    def ways(self) -> tuple[int, int, int]:
        """Photos whose labels need a turn, need another scale, and cannot be explained."""
        frames = [mismatch.frame for mismatch in self.mismatches.values()]
        turned = sum(frame is not None and frame.turned for frame in frames)
        scaled = sum(frame is not None and frame.scaled for frame in frames)
        return turned, scaled, sum(frame is None for frame in frames)

    def name_of(self, mapping: LandmarkMap | None) -> str:
        """What a mapping is called in `choices`; empty for one that somebody made."""
        return next((name for name, known in self.choices.items() if known == mapping), "")


@dataclass(frozen=True)
class ImportChoice:
    """How to import: `mapping` None takes the landmarks by their names or numbers. `turn`, `scale`:
    also labels made on pictures of another size, see `labeltool.exchange.label_import`."""

    mapping: LandmarkMap | None = None
    proposals: bool = False
    turn: bool = False
    scale: bool = False


@dataclass(frozen=True, slots=True)
class KeptFace:
    """A face that an import leaves alone, for a person decided on it. `is_same`: the label says
    what was decided."""

    face: int
    photo: str
    verdict: Verdict
    is_same: bool


@dataclass(frozen=True, eq=False)
class Weighed:
    """What an import with a choice would do.

    `refused`: why nothing can be imported. `known`, `fresh`: faces of the project, and new ones,
    that would get a label. `kept`: how many keep what a person decided, `listed`: the first of
    them. `problems`: why rows are not used. `comparison`: with proposals, None without any.
    `mirrored`: of `looked` faces those that lie as in a mirror.
    """

    refused: Message | None = None
    known: int = 0
    fresh: int = 0
    kept: int = 0
    listed: tuple[KeptFace, ...] = ()
    problems: tuple[Message, ...] = ()
    comparison: Comparison | None = None
    mirrored: int = 0
    looked: int = 0

    @property
    def is_mirrored(self) -> bool:
        """Whether most faces lie as in a mirror: left and right are swapped."""
        return self.looked > 0 and 2 * self.mirrored > self.looked


def look_at(store: Store, path: Path, progress: Progress) -> LookedAt:
    """Read a label file and find its photos. Changes nothing; `progress` may raise Cancelled.

    Raises:
        UserError: not readable.
    """
    progress(0, 0)
    source = find_label_source(store, path)
    source = replace(source, sizes=_with_sizes(source.sizes, progress))
    landmarks = landmarks_of(source.read)
    mismatches = source.frames()[1]
    own = own_map(landmarks, store.scheme)
    return LookedAt(
        source=source,
        landmarks=landmarks,
        counts=Counter(len(face.points) for face in source.read.rows),
        own=own,
        choices=choices_between(landmarks, store.scheme) if landmarks.count else {},
        same_count=_schemes_of(landmarks.count, store.scheme),
        mismatches=mismatches,
        missing=source.problems[len(source.read.problems) :],
        samples=tuple(draw_sample(source, mismatches, progress)),
        is_empty=not source.read.rows,
    )


def _with_sizes(sizes: Mapping[str, StatedSize], progress: Progress) -> dict[str, StatedSize]:
    """With the sizes of photos that are not in the project; none for those that cannot be read."""
    known: dict[str, StatedSize] = {}
    for number, (name, stated) in enumerate(sizes.items()):
        progress(number, len(sizes))
        known[name] = stated
        if stated.here is None:
            try:
                header = read_header(stated.file)
            except ImageError:
                continue
            known[name] = replace(stated, here=(header.width, header.height))
    return known


def _schemes_of(count: int, own: Scheme) -> tuple[str, ...]:
    """Schemes of so many landmarks: the project's, and those that come with the program."""
    schemes = [own, *(load_scheme(name) for name in shipped_schemes() if name != own.name)]
    return tuple(scheme.name for scheme in schemes if scheme.count == count)


def weigh(
    store: Store, looked: LookedAt, choice: ImportChoice, evidence: Evidence, progress: Progress
) -> Weighed:
    """What an import would do. Changes nothing; `progress` may raise Cancelled."""
    try:
        source = fit_to_scheme(looked.source, store.scheme, choice.mapping)
    except UserError as error:
        return Weighed(refused=error.what)
    planned, problems = plan_labels(
        store, source, turn=choice.turn, scale=choice.scale, progress=progress
    )
    kept_verdicts = KEPT_FROM_PROPOSALS if choice.proposals else KEPT_FROM_LABELS
    kept = [label for label in planned if label.verdict in kept_verdicts]
    taken = [label for label in planned if label.verdict not in kept_verdicts]
    fresh = sum(label.face is None or label.verdict == Verdict.REMOVED for label in taken)
    pairs = evidence.proposals(planned, dict(source.files), progress)
    mirrored, seen = _mirrored(store, planned, evidence)
    return Weighed(
        known=len(taken) - fresh,
        fresh=fresh,
        kept=len(kept),
        listed=tuple(_kept(store, label) for label in kept[:LISTED]),
        problems=(*source.problems[len(looked.source.problems) :], *problems),
        comparison=compare(pairs),
        mirrored=mirrored,
        looked=seen,
    )


def _kept(store: Store, label: PlannedLabel) -> KeptFace:
    assert label.face is not None
    face, points = store.faces.get(label.face), label.row.points
    decided = None if face is None or face.decision is None else face.decision.points
    is_same = decided is not None and np.array_equal(decided, points, equal_nan=True)
    return KeptFace(label.face, label.row.photo, Verdict(label.verdict), is_same)


def _mirrored(store: Store, planned: Sequence[PlannedLabel], evidence: Evidence) -> tuple[int, int]:
    """How many faces lie as in a mirror, and how many were looked at."""
    reference = evidence.reference()
    if reference is None or len(reference) != store.scheme.count:
        return 0, 0
    chosen = spread(planned, MIRROR_FACES)
    return sum(is_mirrored(label.row.points, reference) for label in chosen), len(chosen)
