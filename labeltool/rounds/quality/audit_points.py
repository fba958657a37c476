"""The landmarks of the audit faces by a round's network, and its errors on them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from labeltool.rounds.run_folder import RunFolder, layout_of
from labeltool.store import Store
from pipnet.data.scheme import Scheme
from pipnet.evaluation.compare import PairedChange, paired_change
from pipnet.evaluation.evaluate import Evaluation
from pipnet.evaluation.metrics import norm_distance


@dataclass(frozen=True, slots=True, eq=False)
class AuditPoints:
    """A faces that measured a round: ids (A,), manual labels, and the landmarks by the network in
    use before, NaN without one, and by the round's, (A, N, 2) each, image pixels."""

    faces: NDArray[np.int64]
    truth: NDArray[np.float64]
    before: NDArray[np.float64]
    after: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """A round against the network of another, on the faces that both were measured on.

    `round`: the other's number, 0 for the starter. `faces`: ids (C,). `other`, `own`: errors of the
    two networks. `nme`: how the NME changed, as a fraction.
    """

    round: int
    faces: NDArray[np.int64]
    other: Evaluation
    own: Evaluation
    nme: PairedChange


def sources_in(folder: RunFolder, store: Store) -> list[int] | None:
    """For each landmark of the project's scheme its place in the arrays of a round; None if the
    round knows less landmarks."""
    layout = layout_of(folder)
    sources = store.schemes.sources_from(store.schemes.layout if layout is None else layout)
    known = [source for source in sources if source is not None]
    return known if len(known) == len(sources) else None


def read_audit_points(folder: RunFolder, store: Store) -> AuditPoints | None:
    """The audit faces of a finished round whose error something normalises, with the landmarks of
    the project's scheme; None without any, or if the round knows less landmarks.

    Raises:
        RunFolderError: a file is damaged.
    """
    audit, found = folder.tables.audit(), folder.tables.audit_errors()
    if audit is None or found is None:
        return None
    sources = sources_in(folder, store)
    if sources is None:
        return None
    places = {int(face): place for place, face in enumerate(audit.faces)}
    truth = audit.points[[places[int(face)] for face in found.faces]][:, sources]
    usable = norm_distance(truth, store.scheme) > 0
    if not usable.any():
        return None
    return AuditPoints(
        found.faces[usable], truth[usable], found.points_before[usable][:, sources],
        found.points_after[usable][:, sources],
    )  # fmt: skip


def compare_before(own: AuditPoints, number: int, scheme: Scheme) -> Comparison | None:
    """A round against the network in use before, that of round `number`; None without one."""
    return compare_with(own, own, number, scheme, is_before=True)


def compare_with(
    own: AuditPoints, other: AuditPoints, number: int, scheme: Scheme, *, is_before: bool = False
) -> Comparison | None:
    """A round against round `number`, whose faces `other` holds; both by the labels of `own`.

    `is_before`: against the network that was in use before the round of `other`, which then is
    round `number`. None if fewer than two faces measured both.
    """
    places = {int(face): place for place, face in enumerate(other.faces)}
    points = other.before if is_before else other.after
    common = [
        (place, places[int(face)])
        for place, face in enumerate(own.faces)
        if int(face) in places and np.isfinite(points[places[int(face)]]).all()
    ]
    if not common:
        return None
    ours, theirs = (list(rows) for rows in zip(*common, strict=True))
    truth = own.truth[ours]
    before = Evaluation.of_points(points[theirs], truth, scheme)
    after = Evaluation.of_points(own.after[ours], truth, scheme)
    change = paired_change(before.nme_per_face(), after.nme_per_face())
    return None if change is None else Comparison(number, own.faces[ours], before, after, change)
