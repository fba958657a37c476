"""The report of a training round: its figures, what it learned, and whether to go on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labeltool.domain import (
    N_,
    Movement,
    Points,
    Progress,
    Round,
    UserError,
)
from labeltool.rounds.quality.advice.label_advice import label_advice
from labeltool.rounds.quality.advice.stop_advice import StopAdvice
from labeltool.rounds.quality.audit_points import (
    AuditPoints,
    Comparison,
    compare_before,
    compare_with,
    read_audit_points,
    sources_in,
)
from labeltool.rounds.quality.convergence import Advice, advise, movement_of
from labeltool.rounds.quality.corrections import CorrectedFace, Corrections, judge_corrections
from labeltool.rounds.quality.round_figures import finished_rounds
from labeltool.rounds.run_folder import RunFolder
from labeltool.rounds.run_tables import RunFolderError
from labeltool.store import Store
from pipnet.evaluation.evaluate import Evaluation

WORST_FACES = 20
"""Faces that are listed as the worst ones."""

CED_STEP = 10
"""Of the 1,001 points of an error distribution, 0.01 percent points apart, every so many go into
JSON."""


@dataclass(frozen=True, slots=True, eq=False)
class RoundReport:
    """What is known of a finished training round.

    `figures`: of `Evaluation.summary` on the audit faces, None if nothing measured the round.
    `evaluation`, `worst` (face id, NME in percent) and `corrections` need files of the run folder:
    they are None or empty once those are deleted. `comparison`: against another round;
    `comparable`: the numbers of those that it can be compared with, 0 for the starter. `movement`:
    None if it is not known. `photos`: paths under their photo folder, of the faces that the report
    names. `expected`: errors that were expected of the F faces of `evaluation`, (F,) shares of the
    norm, NaN where unknown; None if all are. `labels`: what more labels would bring.
    """

    round: Round
    figures: Mapping[str, Any] | None
    evaluation: Evaluation | None
    worst: tuple[tuple[int, float], ...]
    comparison: Comparison | None
    comparable: tuple[int, ...]
    movement: Movement | None
    corrections: Corrections | None
    advice: Advice
    photos: Mapping[int, str]
    expected: NDArray[np.float64] | None = None
    labels: StopAdvice | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON. Errors are percent of the norm, movements percent of the face."""
        row = self.round
        return {
            "round": row.number, "name": row.name, "note": row.note, "task": row.task,
            "finished": row.finished, "promoted": row.promoted,
            "ledger": row.summary.get("ledger"), "landmarks": row.summary.get("landmarks"),
            "adjustment": row.summary.get("adjustment"),
            "audit": self._audit(), "against": self.against(),
            "movement": self._moved(),
            "corrections": self._judged(),
            "go_on": self.advice.go_on, "advice": str(self.advice.sentence),
            "more_labels": self._more_labels(),
        }  # fmt: skip

    def _audit(self) -> dict[str, Any] | None:
        if self.figures is None:
            return None
        details: dict[str, Any] = {}
        if self.evaluation is not None:
            details = {
                "points": self.evaluation.per_point(),
                "regions": self.evaluation.per_region(),
                "ced": self.evaluation.ced()[::CED_STEP],
                "worst": [self._face(face, nme=nme) for face, nme in self.worst],
            }
        return dict(self.figures) | details

    def against(self) -> dict[str, Any] | None:
        """The comparison as plain values, of which `round`, `nme_change`, `low` and `high` are as
        in the results of a round."""
        found = self.comparison
        if found is None:
            return None
        return {
            "round": found.round, "faces": len(found.faces),
            "nme_before": found.other.summary()["nme"], "nme_after": found.own.summary()["nme"],
            "nme_change": _percent(found.nme.change),
            "low": _percent(found.nme.low), "high": _percent(found.nme.high),
            "ced": found.other.ced()[::CED_STEP],
        }  # fmt: skip

    def _more_labels(self) -> dict[str, Any] | None:
        found = self.labels
        if found is None:
            return None
        return {
            "faces": found.more, "gain": found.gain, "deviation": found.deviation,
            "minutes": found.minutes, "stop": found.stop, "advice": str(found.sentence),
        }  # fmt: skip

    def _moved(self) -> dict[str, Any] | None:
        if self.movement is None:
            return None
        return {
            "mean": _percent(self.movement.mean),
            "faces": self.movement.faces,
            "most": [self._face(f, moved=_percent(moved)) for f, moved in self.movement.most],
        }

    def _judged(self) -> dict[str, Any] | None:
        found = self.corrections
        if found is None:
            return None
        return {
            "learned": self._corrected(found.learned),
            "ignored": self._corrected(found.ignored),
            "unlearned": self._corrected(found.unlearned),
        }

    def _corrected(self, faces: Iterable[CorrectedFace]) -> list[dict[str, Any]]:
        return [
            self._face(face.face_id, before=round(face.before, 3), after=round(face.after, 3))
            for face in faces
        ]

    def _face(self, face: int, **values: float) -> dict[str, Any]:
        return {"face": face, "photo": self.photos.get(face, "")} | values


def make_report(
    store: Store,
    number: int,
    against: int | None = None,
    progress: Progress = lambda done, total: None,
) -> RoundReport:
    """Read everything for the report of a round. It takes seconds for many faces.

    Args:
        against: the number of the round to compare with, 0 for the starter; None for the network
            that was in use before.
        progress: may raise Cancelled.

    Raises:
        UserError: no such round, or no two audit faces measured both rounds.
        RunFolderError: its folder is damaged.
    """
    progress(0, 3)
    finished = finished_rounds(store.rounds.all())
    row = next((row for row in reversed(finished) if row.number == number), None)
    if row is None:
        raise UserError(
            N_("There is no finished training round {number}."),
            N_("'labeltool rounds' lists the rounds of a project."),
            number=number,
        )
    points = _points(store, row)
    evaluation = None
    if points is not None:
        evaluation = Evaluation.of_points(points.after, points.truth, store.scheme)
    progress(1, 3)
    others = _Others(store, row, points, finished)
    comparison = others.compare(against)
    progress(2, 3)
    movement = movement_of(row)
    corrections = _corrections(store, row)
    worst = () if points is None or evaluation is None else _worst(points, evaluation)
    named = {face for face, _ in worst} | {f for f, _ in (movement.most if movement else ())}
    if corrections is not None:
        every = (*corrections.learned, *corrections.ignored, *corrections.unlearned)
        named |= {face.face_id for face in every}
    kept = row.summary.get("audit")
    return RoundReport(
        row,
        evaluation.summary()
        if evaluation is not None
        else kept
        if isinstance(kept, dict)
        else None,
        evaluation,
        worst,
        comparison,
        others.numbers(),
        movement,
        corrections,
        advise([other for other in finished if other.id <= row.id]),
        {face: found.name for face, found in store.queue.rows(sorted(named)).items()},
        None if points is None else _expected(row, points),
        label_advice(store, number),
    )


class _Others:
    """The other rounds that a round can be compared with, by number."""

    def __init__(
        self, store: Store, row: Round, points: AuditPoints | None, finished: list[Round]
    ) -> None:
        self._store, self._row, self._points = store, row, points
        self._others = {other.number: other for other in finished if other.id != row.id}
        self._known: dict[int, Comparison | None] = {}

    def numbers(self) -> tuple[int, ...]:
        """Numbers of the rounds that enough audit faces have measured too."""
        candidates = sorted({0, *self._others})
        return tuple(number for number in candidates if self._compared(number) is not None)

    def compare(self, against: int | None) -> Comparison | None:
        """The comparison with a round; with the network in use before for None, if there is one.

        Raises:
            UserError: no two audit faces measured both rounds.
        """
        wanted = _number_before(self._row) if against is None else against
        found = None if wanted is None else self._compared(wanted)
        if found is None and against is not None:
            raise UserError(
                N_("Rounds {number} and {other} cannot be compared: they share no audit faces."),
                N_("Choose another round."),
                number=self._row.number,
                other=against,
            )
        return found

    def _compared(self, number: int) -> Comparison | None:
        if number not in self._known:
            self._known[number] = None if self._points is None else self._compare(number)
        return self._known[number]

    def _compare(self, number: int) -> Comparison | None:
        points, scheme = self._points, self._store.scheme
        assert points is not None
        if number == _number_before(self._row):
            return compare_before(points, number, scheme)
        other = self._others.get(number)
        if other is not None:
            theirs = self._points_of(other)
            return None if theirs is None else compare_with(points, theirs, number, scheme)
        # the starter: as the first round after it measured it
        first = next((o for o in self._others.values() if _number_before(o) == number), None)
        theirs = None if first is None else self._points_of(first)
        if theirs is None:
            return None
        return compare_with(points, theirs, number, scheme, is_before=True)

    def _points_of(self, other: Round) -> AuditPoints | None:
        """None also if its files are damaged: the report is of another round."""
        try:
            return _points(self._store, other)
        except RunFolderError:
            return None


def _number_before(row: Round) -> int | None:
    """The number of the round whose network was in use before; None if none was measured."""
    against = row.summary.get("against")
    return int(against["round"]) if isinstance(against, dict) else None


def _points(store: Store, row: Round) -> AuditPoints | None:
    return read_audit_points(RunFolder(row.folder), store)


def _worst(points: AuditPoints, evaluation: Evaluation) -> tuple[tuple[int, float], ...]:
    errors = evaluation.nme_per_face()
    order = np.argsort(-errors, kind="stable")[:WORST_FACES]
    return tuple((int(points.faces[k]), _percent(errors[k])) for k in order)


def _expected(row: Round, points: AuditPoints) -> NDArray[np.float64] | None:
    """The expected errors of the faces to measure by; None if none is known."""
    folder = RunFolder(row.folder)
    results, found = folder.results(), dict[int, float]()
    for name in () if results is None else results["chunks"]:
        if (row.folder / name).exists():
            found |= folder.tables.expected_errors(name, points.faces.tolist())
    return np.array([found.get(face, np.nan) for face in points.faces.tolist()]) if found else None


def _corrections(store: Store, row: Round) -> Corrections | None:
    """What the round made of the corrections; None if its predictions were deleted."""
    folder = RunFolder(row.folder)
    table, results = folder.tables.labels(), folder.results()
    if table is None or results is None:
        return None
    chunks = [name for name in results["chunks"] if (row.folder / name).exists()]
    if len(chunks) < len(results["chunks"]):
        return None
    sources = sources_in(folder, store)
    if sources is None:
        return None
    corrections = store.reports.corrections(row.id)
    points = table.points[table.manual][:, sources]
    manual = dict(zip(table.faces[table.manual].tolist(), points, strict=True))
    wanted = {correction.face_id for correction in corrections} & manual.keys()
    predicted: dict[int, Points] = {}
    for name in chunks if wanted else ():
        found = folder.tables.predicted_points(name, wanted)
        predicted |= {face: points[sources] for face, points in found.items()}
    return judge_corrections(corrections, manual, predicted, store.scheme)


def _percent(fraction: float) -> float:
    return round(float(fraction) * 100, 3)
