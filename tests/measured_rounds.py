"""Finished training rounds made by hand, as a worker leaves them: measured, or not."""

from __future__ import annotations

import json
from collections.abc import Mapping

import numpy as np

from labeltool.domain import NewPrediction, Points, RoundKind
from labeltool.rounds.run_folder import RunFolder
from labeltool.rounds.run_tables import AuditErrorTable, AuditTable, FaceTable, LabelTable, RunPhoto
from labeltool.store import Store
from pipnet.evaluation.compare import paired_change
from pipnet.evaluation.evaluate import Evaluation
from pipnet.evaluation.metrics import curve_errors, norm_distance, point_errors

Faces = Mapping[int, Points]
"""Landmarks by face."""


def add_measured_round(
    store: Store,
    *,
    audit: Faces | None = None,
    before: Faces | None = None,
    after: Faces | None = None,
    against: int = 0,
    labels: Faces | None = None,
    predicted: Faces | None = None,
) -> int:
    """Add a finished training round with its run folder; returns its number.

    Args:
        audit: manual labels of the faces that measure. before, after: landmarks of those faces by
            the network in use before, that of round `against`, and by this round's.
        labels: what it trained on. predicted: its predictions, of labelled faces too.
    """
    count = store.scheme.count
    number = 1 + sum(row.kind is RoundKind.TRAIN for row in store.rounds.all())
    name = f"{number:04d}-made"
    folder = RunFolder(store.folder / "rounds" / name)
    labels, predicted, audit = labels or {}, predicted or {}, audit or {}
    ids = np.array(sorted({*labels, *predicted, *audit}), np.int64)
    folder.create(
        {
            "format": 1,
            "scheme": store.scheme.to_json(),
            "layout": store.schemes.layout,
            "roots": {},
        },
        [RunPhoto(1, "x.jpg")],
        FaceTable(
            ids, np.zeros(len(ids), np.int64), np.zeros((len(ids), 4)), np.full(len(ids), "")
        ),
        LabelTable(_ids(labels), _points(labels, count), np.ones(len(labels), bool)),
        AuditTable(_ids(audit), _points(audit, count)) if audit else None,
    )
    round_id = store.rounds.add(RoundKind.TRAIN, "std", f"rounds/{name}", {"manual": len(labels)})
    store.rounds.set_model(round_id, f"round-{number}", name)
    measured = _measure(store, folder, audit, before, after or {}, against) if audit else {}
    scores = np.full((len(predicted), count), 0.5, np.float32)
    np.savez(
        folder.path / "predictions-00000.npz", faces=_ids(predicted),
        points=_points(predicted, count), scores=scores,
        score=scores.mean(1), spread=scores.mean(1),
    )  # fmt: skip
    folder.write_results({"chunks": ["predictions-00000.npz"]} | measured)
    store.rounds.add_predictions(
        round_id, [NewPrediction(f, p, scores[0], 0.5, 0.5) for f, p in predicted.items()]
    )
    movement = store.reports.movement(round_id)
    moved = {"movement": None if movement is None else movement.to_dict()}
    store.rounds.finish(round_id, json.loads(json.dumps(measured | moved)))
    return number


def _measure(
    store: Store, folder: RunFolder, audit: Faces, before: Faces | None, after: Faces, against: int
) -> dict[str, object]:
    """Write audit-errors.npz; the two entries of results.json."""
    count, scheme = store.scheme.count, store.scheme
    truth, new = _points(audit, count), _points(after, count)
    old = np.full_like(truth, np.nan) if before is None else _points(before, count)
    errors = point_errors(new, truth, scheme)
    errors_before = point_errors(old, truth, scheme)
    table = AuditErrorTable(_ids(audit), old, new, errors_before, errors)
    np.savez(
        folder.path / "audit-errors.npz",
        **{name: getattr(table, name) for name in AuditErrorTable.__slots__},
    )
    usable = norm_distance(truth, scheme) > 0
    errors, errors_before = errors[usable], errors_before[usable]
    curve = curve_errors(new, truth, scheme)[usable]
    summary = Evaluation(errors, curve, 0, {}, scheme.names, "").summary()
    figures = {name: summary[name] for name in ("faces", "nme", "nme_curve", "fr10", "auc10")}
    change = (
        None
        if before is None
        else paired_change(np.nanmean(errors_before, 1), np.nanmean(errors, 1))
    )
    if change is None:
        return {"audit": figures, "against": None}
    percent = {"nme_change": change.change, "low": change.low, "high": change.high}
    return {
        "audit": figures,
        "against": {"round": against} | {k: round(v * 100, 3) for k, v in percent.items()},
    }


def _ids(faces: Faces) -> np.ndarray:
    return np.array(list(faces), np.int64)


def _points(faces: Faces, count: int) -> np.ndarray:
    return np.array(list(faces.values()), np.float64).reshape(-1, count, 2)
