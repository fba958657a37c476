r"""What rounds learn from 60 labels in a project of photos of another kind, and what they forget.

python scripts/round_study.py FACES OUT

FACES holds the folders `ytf_labelled` (the photos of the project) and `helen`. Each variant is a
project in OUT, trained by a real worker; one that is there already is only measured. Delete the
folder of one that was interrupted.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from labeltool.domain import Round, RoundKind, Verdict
from labeltool.domain.round_options import RoundOptions
from labeltool.exchange import detection_pool, photo_import
from labeltool.rounds.controller import Rounds
from labeltool.rounds.quality.audit_draw import grow_audit_set
from labeltool.rounds.quality.audit_groups import held_out
from labeltool.store import Store, create_project, open_project
from labeltool.workers.round_start import STARTER_SHARE
from pipnet import resources
from pipnet.calibration.adjustment import fit_adjustment
from pipnet.cli.options import read_samples, split_by_photo
from pipnet.data.boxes import overlap, tight_box
from pipnet.data.labelled_faces import load_labelled
from pipnet.data.sample import Sample
from pipnet.data.scheme import load_scheme
from pipnet.evaluation.evaluate import Evaluation, box_of, evaluate
from pipnet.inference.face_detection import load_face_detector
from pipnet.inference.pipeline import PhotoRequest, predict_photos
from pipnet.inference.torch_detector import TorchDetector
from pipnet.models.checkpoint import Checkpoint, load, mixed

REVIEWER = "study"
PERSON = r"(?:test_|train_)?(.+)_\d+\.jpg"
LABELS, AUDIT, SEED = 60, 80, 1
IMAGES = 3_000
"""Training images of a round, about those of five minutes on two cores."""

HELEN_SHARE = 0.1
"""Share of the HELEN photos that the starter was not trained on, as `--holdout` chooses them."""

SHARES = (0.0, 0.25, 0.5, 0.6, 0.75, 1.0)

VARIANTS = ("labels", "predicted", "adjusted")
"""Labels alone; with pseudo-labels that the round predicts itself; with adjusted proposals."""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("faces", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--rounds", type=int, default=1, help="trained in each project")
    parser.add_argument("--shares", action="store_true", help="of the starter in the average, too")
    parser.add_argument("--variant", choices=VARIANTS, nargs="+", default=VARIANTS)
    arguments = parser.parse_args()
    starter = load(resources.starter())
    helen = read_samples((arguments.faces / "helen",), starter.scheme.names)
    helen = split_by_photo(helen, HELEN_SHARE)[1]
    print(json.dumps({"variant": "starter", "helen": _nme(starter, helen)}), flush=True)
    labelled = arguments.out / "labelled"
    if not labelled.exists():
        _prepare(labelled, arguments.faces / "ytf_labelled")
    for variant in arguments.variant:
        folder = arguments.out / variant
        if not folder.exists():
            shutil.copytree(labelled, folder)
        store = open_project(folder)
        while len(_trained(store)) < arguments.rounds:
            if variant == "adjusted" and not _trained(store):
                adjuster = Rounds(store).adjuster
                learned = adjuster.learn()
                print(learned.sentence, flush=True)
                adjuster.offer(REVIEWER, learned)
            _train(store, pseudo=variant != "labels")
        for row in _trained(store):
            figures = _figures(store, row, arguments.faces, helen)
            print(json.dumps({"variant": variant, "round": row.number} | figures), flush=True)
        if arguments.shares:
            _print_shares(store, arguments.faces, helen)
        store.close()


def _prepare(folder: Path, photos: Path) -> None:
    """Make a project of the photos, with proposals, judged faces to measure by, and labels."""
    partial = folder.with_name("partial")
    shutil.rmtree(partial, ignore_errors=True)
    store = create_project(partial, load_scheme("300w"))
    photo_import.add_photos(store, [photos])
    detection_pool.search(store, lambda done, total: None, lambda changes: None)
    rounds = Rounds(store)
    rounds.launcher.start_predict()
    rounds.wait(lambda event: None)
    truth = {Path(face.photo).name: face.points for face in load_labelled(photos)}
    grow_audit_set(store, REVIEWER, AUDIT, PERSON, seed=SEED)
    _label(store, list(store.audit.get().waiting), truth)
    others = [row[0] for row in store.faces.boxes() if row[4] == Verdict.UNREVIEWED]
    usable = sorted(set(others) - held_out(store, others))
    order = np.random.default_rng(SEED).permutation(len(usable))
    _label(store, [usable[i] for i in order[:LABELS]], truth)
    store.close()
    partial.rename(folder)


def _trained(store: Store) -> list[Round]:
    return [row for row in store.rounds.all() if row.kind is RoundKind.TRAIN]


def _label(store: Store, faces: list[int], truth: dict[str, np.ndarray]) -> None:
    """Do as a person who knows the truth."""
    for face_id in faces:
        face = store.faces.get(face_id)
        assert face is not None
        right = truth[Path(face.name).name]
        if overlap(tight_box(right), face.box) < 0.3:
            store.decisions.decide(REVIEWER, [face_id], Verdict.REJECTED)
            continue
        assert face.prediction is not None
        store.decisions.decide(
            REVIEWER, [face_id], Verdict.CORRECTED, prediction_id=face.prediction.id, points=right
        )


def _train(store: Store, *, pseudo: bool) -> None:
    rounds = Rounds(store)
    options = RoundOptions(pseudo=pseudo, device="cpu")
    plan = rounds.launcher.plan(options)
    epochs = round(IMAGES / (plan.manual + plan.pseudo))
    plan = rounds.launcher.plan(replace(options, epochs=epochs))
    print(plan.describe(), flush=True)
    rounds.launcher.start_training(plan)
    rounds.wait(lambda event: None)


def _figures(store: Store, row: Round, faces: Path, helen: list[Sample]) -> dict[str, object]:
    """NME in percent on the faces to measure by, of the proposals before and of the round's
    network, and on HELEN faces; `alone`: without the adjustment that the network holds."""
    audit, against = row.summary["audit"], row.summary["against"]
    assert isinstance(audit, dict)
    assert isinstance(against, dict)
    network = load(row.folder / "model.safetensors")
    measuring = store.queue.rows(list(store.audit.get().measuring)).values()
    photos = {Path(face.name).name for face in measuring}
    every = read_samples((faces / "ytf_labelled",), network.scheme.names)
    frames = [sample for sample in every if sample.image.name in photos]
    alone = replace(network, adjustment=None)
    return {
        "manual": row.summary["manual"], "pseudo": row.summary["pseudo"],
        "audit_faces": audit["faces"], "proposals": round(audit["nme"] - against["nme_change"], 2),
        "adjustment": row.summary.get("adjustment"), "promoted": row.promoted,
        "audit_alone": _nme(alone, frames), "audit": _nme(network, frames),
        "helen_alone": _nme(alone, helen), "helen": _nme(network, helen),
    }  # fmt: skip


def _print_shares(store: Store, faces: Path, helen: list[Sample]) -> None:
    """NME in percent by the share of the starter in the average of weights, alone and with an
    adjustment that the manual labels teach."""
    row, starter = _trained(store)[-1], load(resources.starter())
    averaged = load(row.folder / "model.safetensors")
    every = {
        sample.image.name: sample
        for sample in read_samples((faces / "ytf_labelled",), averaged.scheme.names)
    }
    measuring = set(store.audit.get().measuring)
    manual = [
        face[0]
        for face in store.faces.boxes()
        if face[4] == Verdict.CORRECTED and face[0] not in measuring
    ]
    labelled, frames = (
        [every[Path(face.name).name] for face in store.queue.rows(ids).values()]
        for ids in (manual, list(measuring))
    )
    people = [re.match(PERSON, sample.image.name) for sample in labelled]
    groups = np.unique([person[1] for person in people if person], return_inverse=True)[1]
    for share in SHARES:
        # the weights before the average lie on the same line, beyond it
        beyond = 1 - (1 - share) / (1 - STARTER_SHARE)
        network = mixed(averaged, starter, beyond)
        fit = fit_adjustment(*_points(network, labelled), groups)
        assert fit is not None
        figures: dict[str, float] = {"share": share}
        for name, samples in (("audit", frames), ("helen", helen)):
            found, truth = _points(network, samples)
            for suffix, points in (("_alone", found), ("", fit.adjustment.apply(found))):
                errors = Evaluation.of_points(points, truth, network.scheme).errors
                figures[name + suffix] = round(100 * float(np.nanmean(errors)), 2)
        print(json.dumps(figures), flush=True)


def _points(
    network: Checkpoint, samples: list[Sample]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Landmarks in detected boxes and true ones, (F, N, 2) each, of the faces that were found."""
    detector, boxes = TorchDetector(network), load_face_detector()
    requests = (
        PhotoRequest(item.image, partial(box_of, item, detector.convention, boxes), item.size)
        for item in samples
    )
    found = [
        (result.faces[0].points, item.points)
        for item, result in zip(samples, predict_photos(detector, requests), strict=True)
        if result.faces
    ]
    points, truth = (np.stack(rows) for rows in zip(*found, strict=True))
    return points, truth


def _nme(network: Checkpoint, samples: list[Sample]) -> float:
    found = evaluate(TorchDetector(network), samples, load_face_detector()).summary()
    return float(found["nme"])


if __name__ == "__main__":
    main()
