"""Who decided: a person, or the file whose labels were imported."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from PIL import Image

from labeltool.domain import Filter, Verdict
from labeltool.exchange.label_export import export_labels
from labeltool.exchange.label_import import import_labels
from labeltool.exchange.photo_import import add_photos
from labeltool.store import Store
from tests.projects import triangle


def imported(project, folder: Path, verdicts=("", "")) -> Store:
    """A project of two photos, whose labels ann imported from `theirs.csv`."""
    folder.mkdir()
    for name in ("a.png", "b.png"):
        Image.effect_noise((200, 160), 40).convert("RGB").save(folder / name)
    store = project(proposed=False)
    add_photos(store, [folder])
    cells = ",".join(repr(float(value)) for value in triangle().ravel())
    head = ",".join(f"{name}_{axis}" for name in store.scheme.names for axis in "xy")
    rows = [f"{name},{cells},{verdict}" for name, verdict in zip("ab", verdicts, strict=True)]
    rows = [row.replace(",", ".png,", 1) for row in rows]
    (folder / "theirs.csv").write_text("\n".join([f"photo,{head},verdict", *rows]))
    summary = import_labels(store, folder / "theirs.csv", "ann")
    assert summary.imported == 2
    return store


def reviewers(store: Store) -> list[str]:
    return [store.faces.get(face).decision.reviewer for face in (1, 2)]


def test_a_file_is_the_reviewer_of_its_labels_and_who_imported_it_stays_known(project, tmp_path):
    store = imported(project, tmp_path / "in")
    store.decisions.decide("bob", [2], Verdict.CORRECTED, points=triangle(2))
    assert reviewers(store) == ["theirs.csv", "bob"]
    assert store.queue.reviewers() == {"bob": 1, "theirs.csv": 1}
    assert store.queue.ids(Filter(reviewer="theirs.csv")) == [1]
    (entry,) = store.history.of_face(1)
    assert entry.reviewer == "ann"
    assert str(entry.description) == "labels from theirs.csv"


def test_undo_and_redo_keep_the_file_as_reviewer(project, tmp_path):
    store = imported(project, tmp_path / "in")
    store.decisions.decide("ann", [2], Verdict.CORRECTED, points=triangle(2))
    store.undo.undo("ann")
    assert store.queue.reviewers() == {"theirs.csv": 2}
    store.undo.undo("ann")
    assert store.queue.reviewers() == {}
    store.undo.redo("ann")
    assert store.queue.reviewers() == {"theirs.csv": 2}
    assert store.check() == []


def test_an_export_says_who_decided_what(project, tmp_path):
    store = imported(project, tmp_path / "in")
    store.decisions.decide("bob, PhD", [2], Verdict.CORRECTED, points=triangle(2))
    export_labels(store, tmp_path / "out.csv", "csv")
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    stated = [(row["photo"], row["verdict"], row["reviewer"], row["round"]) for row in rows]
    assert stated == [
        ("in/a.png", "corrected", "theirs.csv", ""), ("in/b.png", "corrected", "bob, PhD", "")
    ]  # fmt: skip
    export_labels(store, tmp_path / "out.json", "coco")
    annotations = json.loads((tmp_path / "out.json").read_text("utf-8"))["annotations"]
    assert [(row["verdict"], row["reviewer"]) for row in annotations] == [
        ("corrected", "theirs.csv"), ("corrected", "bob, PhD")
    ]  # fmt: skip


def test_a_verdict_comes_back_from_a_table(project, tmp_path):
    store = imported(project, tmp_path / "in", ["accepted", "corrected"])
    verdicts = [verdict for _face, _photo, verdict in store.labels.faces()]
    assert verdicts == [Verdict.ACCEPTED, Verdict.CORRECTED]
