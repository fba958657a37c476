"""What more labels would bring to a project, by its own rounds and costs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from labeltool.domain import Round
from labeltool.domain.tolerance import is_right
from labeltool.rounds.quality.advice.stop_advice import CurvePoint, Looks, StopAdvice, advise_labels
from labeltool.rounds.quality.audit_points import AuditPoints, read_audit_points
from labeltool.rounds.quality.round_figures import figures, finished_rounds
from labeltool.rounds.run_folder import RunFolder
from labeltool.rounds.run_tables import RunFolderError
from labeltool.store import Store
from pipnet.evaluation.evaluate import Evaluation

MIN_REPEATS = 20
"""Faces that must have been shown twice before a person's two looks are compared."""

MAX_ROUNDS = 8
"""The newest rounds, by which the learning curve is fitted."""


def label_advice(store: Store, number: int) -> StopAdvice | None:
    """Advice after training round `number`; None if nothing measured it or no face is left.

    Reads files of the run folders, which takes a moment.
    """
    finished = [row for row in finished_rounds(store.rounds.all()) if row.number <= number]
    cost = store.trust.costs.recent()
    return advise_labels(
        curve(finished[-MAX_ROUNDS:], store),
        store.queue.counts().unreviewed,
        None if cost is None else cost.seconds,
        _looks(store, finished),
    )


def _looks(store: Store, finished: Sequence[Round]) -> Looks | None:
    """None without audit faces, or before MIN_REPEATS faces were shown twice."""
    repeats, differing = store.trust.repeats()
    points = _points(finished[-1], store) if finished else None
    if repeats < MIN_REPEATS or points is None:
        return None
    tolerance = store.trust.tolerance()
    right = [
        is_right(after, truth, store.scheme, tolerance)
        for after, truth in zip(points.after, points.truth, strict=True)
    ]
    return Looks(differing / repeats, 1 - float(np.mean(right)))


def curve(rounds: Sequence[Round], store: Store) -> list[CurvePoint]:
    """The rounds whose network the audit faces of the last one measured too, oldest first; empty
    if nothing measured the last one."""
    measured = [(row, _points(row, store)) for row in rounds]
    if not measured or measured[-1][1] is None:
        return []
    found = [(row, points) for row, points in measured if points is not None]
    wanted = set(found[-1][1].faces.tolist())
    common = [pair for pair in found if wanted <= set(pair[1].faces.tolist())]
    truth = found[-1][1]
    order = np.argsort(truth.faces)
    made = []
    for row, points in common:
        places = {int(face): place for place, face in enumerate(points.faces)}
        after = points.after[[places[int(face)] for face in truth.faces[order]]]
        errors = Evaluation.of_points(after, truth.truth[order], store.scheme).nme_per_face()
        labels = figures(row)["manual"]
        made.append(CurvePoint(labels if isinstance(labels, int) else 0, errors))
    return made


def _points(row: Round, store: Store) -> AuditPoints | None:
    """None also if its files are damaged or deleted."""
    try:
        return read_audit_points(RunFolder(row.folder), store)
    except RunFolderError:
        return None
