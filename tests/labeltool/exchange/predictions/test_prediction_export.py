"""Predictions of a project as tables and pictures."""

from __future__ import annotations

import contextlib
import csv
import hashlib
import io
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from labeltool.domain import Cancelled, NewPrediction, RoundKind, UserError, Verdict
from labeltool.domain.tolerance import norm_pixels
from labeltool.exchange.photo_import import add_photos
from labeltool.exchange.predictions import prediction_export
from labeltool.exchange.predictions.prediction_export import FORMS, export_predictions
from labeltool.gui.canvas.items.landmark_picture import draw_predictions
from labeltool.store import Store
from pipnet.formats.registry import read_labels
from tests.projects import THREE, triangle

PHOTOS = {"a.jpg": (120, 90), "딥 b.png": (200, 100)}


@pytest.fixture
def store(project: Callable[..., Store], tmp_path: Path) -> Store:
    """Two photos, the first with two faces; the predictions of the last face lack a landmark."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for name, size in PHOTOS.items():
        Image.effect_noise(size, 40).convert("RGB").save(folder / name)
    store = project()
    add_photos(store, [folder])
    faces = store.faces.add(
        [(1, (10, 20, 40, 40), "hand"), (2, (5, 5, 60, 60), "hand"), (1, (40, 20, 40, 40), "hand")]
    )
    round_id = store.rounds.add(RoundKind.TRAIN, "std", "rounds/x", {})
    store.rounds.set_model(round_id, "model, 1", "digest")
    points = {face: triangle(30 if face == 3 else 0) for face in faces}
    points[2][2] = np.nan
    store.rounds.add_predictions(
        round_id,
        [
            NewPrediction(
                face, points[face], np.array([0.5, 0.25, 0.125], np.float32), 0.75, 0.1,
                np.array([0.01, 0.02, 0.03], np.float32), 0.02,
            )
            for face in faces
        ],
    )  # fmt: skip
    store.rounds.finish(round_id, {})
    return store


def write(store: Store, out: Path, form: str, **options: object) -> object:
    draw = partial(draw_predictions, store.scheme, store.trust.tolerance())
    return export_predictions(store, out, form, draw=draw, **options)


def content(path: Path) -> dict[str, str]:
    files = [path] if path.is_file() else [f for f in path.rglob("*") if f.is_file()]
    return {str(f.relative_to(path)): hashlib.sha256(f.read_bytes()).hexdigest() for f in files}


@pytest.mark.parametrize("form", FORMS)
class TestEveryForm:
    def test_the_same_project_gives_the_same_bytes(
        self, store: Store, tmp_path: Path, form: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        written = write(store, tmp_path / "one", form)
        assert (written.faces, written.photos, written.problems) == (3, 2, ())
        monkeypatch.setattr(prediction_export, "CHUNK_FACES", 1)
        write(store, tmp_path / "two", form)
        assert content(tmp_path / "one") == content(tmp_path / "two")

    def test_cancelling_leaves_nothing(self, store: Store, tmp_path: Path, form: str) -> None:
        def stop(done: int, total: int) -> None:
            if done == 2:
                raise Cancelled

        before = sorted(tmp_path.rglob("*"))
        with pytest.raises(Cancelled):
            write(store, tmp_path / "out", form, progress=stop)
        assert sorted(tmp_path.rglob("*")) == before

    def test_nothing_of_another_kind_is_replaced(
        self, store: Store, tmp_path: Path, form: str
    ) -> None:
        folder = tmp_path / "mine"
        folder.mkdir()
        (folder / "notes.txt").write_text("mine")
        for out in (folder, folder / "notes.txt", tmp_path / "photos" / "a.jpg"):
            before = content(tmp_path / "photos") | content(folder)
            with pytest.raises(UserError):
                write(store, out, form)
            assert content(tmp_path / "photos") | content(folder) == before
        for name in ("rounds/new", "project.sqlite", "project.sqlite-wal2"):
            with pytest.raises(UserError, match="part of the project itself"):
                write(store, store.folder / name, form)

    def test_only_faces_with_the_wanted_verdicts(
        self, store: Store, tmp_path: Path, form: str
    ) -> None:
        store.decisions.decide("ann", [2], Verdict.ACCEPTED)
        written = write(store, tmp_path / "out", form, verdicts=[Verdict.ACCEPTED])
        assert (written.faces, written.photos) == (1, 1)
        with pytest.raises(UserError, match="nothing to write"):
            write(store, tmp_path / "none", form, verdicts=[Verdict.REJECTED])
        assert not (tmp_path / "none").exists()


def test_the_table_holds_every_number(store: Store, tmp_path: Path) -> None:
    out = tmp_path / "predictions.csv"
    write(store, out, "csv")
    write(store, out, "csv")  # an earlier table is replaced
    first, second, third = csv.DictReader(io.StringIO(out.read_text("utf-8")))
    assert [row["photo"] for row in (first, second, third)] == [
        "photos/a.jpg", "photos/a.jpg", "photos/딥 b.png",
    ]  # fmt: skip
    assert [row["face"] for row in (first, second, third)] == ["1", "3", "2"]
    assert first["verdict"] == "unreviewed"
    assert (first["model"], first["score"]) == ("model, 1", "0.75")
    assert float(first["expected_error"]) == pytest.approx(0.02, rel=1e-3)
    norm = norm_pixels(triangle(), THREE)
    assert float(first["expected_error_px"]) == pytest.approx(0.02 * norm, rel=1e-3)
    assert (first["nose_x"], first["nose_y"], first["nose_score"]) == ("30.000", "60.750", "0.125")
    assert float(first["nose_expected_error"]) == pytest.approx(0.03, rel=1e-3)
    assert third["nose_x"] == third["nose_y"] == ""


def test_the_table_is_read_as_labels(store: Store, tmp_path: Path) -> None:
    out = tmp_path / "predictions.csv"
    write(store, out, "csv")
    read = read_labels(out)
    assert [face.photo for face in read.faces][:1] == ["photos/a.jpg"]
    assert tuple(read.names) == THREE.names
    np.testing.assert_allclose(read.faces[0].points, triangle(), atol=0.0006)


def test_pycocotools_scores_the_results(store: Store, tmp_path: Path) -> None:
    coco = pytest.importorskip("pycocotools.coco")
    evaluation = pytest.importorskip("pycocotools.cocoeval")
    write(store, tmp_path / "out", "coco-results")
    truth = json.loads((tmp_path / "out" / "images.json").read_text("utf-8"))
    assert [(i["file_name"], i["width"], i["height"]) for i in truth["images"]] == [
        ("photos/a.jpg", 120, 90), ("photos/딥 b.png", 200, 100),
    ]  # fmt: skip
    results = json.loads((tmp_path / "out" / "results.json").read_text("utf-8"))
    for number, row in enumerate(results, 1):  # the predictions themselves are the truth
        labelled = [2 if v else 0 for v in row["keypoints"][2::3]]
        flat = list(row["keypoints"])
        flat[2::3] = labelled
        truth["annotations"].append(
            {
                "id": number, "image_id": row["image_id"], "category_id": 1, "iscrowd": 0,
                "area": 1600.0, "bbox": [0, 0, 40, 40], "keypoints": flat,
                "num_keypoints": sum(map(bool, labelled)),
            }
        )  # fmt: skip
    (tmp_path / "truth.json").write_text(json.dumps(truth))
    with contextlib.redirect_stdout(io.StringIO()):
        data = coco.COCO(str(tmp_path / "truth.json"))
        found = data.loadRes(str(tmp_path / "out" / "results.json"))
        score = evaluation.COCOeval(data, found, "keypoints")
        score.params.kpt_oks_sigmas = np.full(3, 0.05)
        score.evaluate()
        score.accumulate()
        score.summarize()
    assert score.stats[0] == pytest.approx(1.0)


def test_results_without_an_absent_landmark(store: Store, tmp_path: Path) -> None:
    write(store, tmp_path / "out", "coco-results")
    results = json.loads((tmp_path / "out" / "results.json").read_text("utf-8"))
    assert results[0]["keypoints"] == [10.25, 20.5, 1, 50.125, 20.062, 1, 30.0, 60.75, 1]
    assert results[2]["keypoints"][6:] == [0, 0, 0]
    assert set(results[0]) == {"image_id", "category_id", "keypoints", "score"}


@pytest.mark.parametrize(("longest", "size"), [(1600, (120, 90)), (60, (60, 45))])
def test_overlays_show_points_where_they_are(
    store: Store, tmp_path: Path, longest: int, size: tuple[int, int]
) -> None:
    Image.new("RGB", PHOTOS["a.jpg"], (0, 0, 200)).save(tmp_path / "photos" / "a.jpg", quality=95)
    write(store, tmp_path / "out", "overlays", size=longest)
    drawn = Image.open(io.BytesIO((tmp_path / "out" / "photos" / "a.jpg.png").read_bytes()))
    assert drawn.size == size
    pixels = np.asarray(drawn).astype(int)
    changed = np.abs(pixels - [0, 0, 200]).sum(-1) > 60
    factor = size[0] / 120
    for x, y in [*triangle(), *triangle(30)[:2]]:
        column, row = np.floor((np.array([x, y]) + 0.5) * factor).astype(int)
        assert changed[row, column]
    assert not changed[: int(10 * factor)].any()
    assert (tmp_path / "out" / "photos" / "딥 b.png.png").is_file()


def test_crops_come_with_their_points(store: Store, tmp_path: Path) -> None:
    photo = np.zeros((90, 120, 3), np.uint8)
    photo[59:63, 29:32] = 255  # the nose of the first face
    Image.fromarray(photo).save(tmp_path / "photos" / "a.jpg", quality=100, subsampling=0)
    write(store, tmp_path / "out", "crops", size=200)
    table = (tmp_path / "out" / "crops.csv").read_text("utf-8")
    rows = list(csv.DictReader(io.StringIO(table)))
    assert [row["crop"] for row in rows] == [
        "photos/a.jpg.face1.png", "photos/a.jpg.face3.png", "photos/딥 b.png.face2.png",
    ]  # fmt: skip
    crop = np.asarray(Image.open(io.BytesIO((tmp_path / "out" / rows[0]["crop"]).read_bytes())))
    assert crop.shape == (200, 200, 3)
    x, y = float(rows[0]["nose_x"]), float(rows[0]["nose_y"])
    assert crop[round(y), round(x)].min() > 200
    scale = float(rows[0]["area_size"]) / 200
    assert float(rows[0]["area_x"]) + (x + 0.5) * scale == pytest.approx(30.0, abs=0.01)
    assert float(rows[0]["area_y"]) + (y + 0.5) * scale == pytest.approx(60.75, abs=0.01)
    assert rows[2]["nose_x"] == ""


@pytest.mark.parametrize("form", ["overlays", "crops"])
class TestPhotosOfPictures:
    def test_one_that_cannot_be_read_is_named(
        self, store: Store, tmp_path: Path, form: str
    ) -> None:
        (tmp_path / "photos" / "a.jpg").write_bytes(b"no photo")
        written = write(store, tmp_path / "out", form)
        assert (written.faces, written.photos) == (1, 1)
        assert [str(problem) for problem in written.problems] == [
            "photos/a.jpg is not an image that can be read"
        ]

    def test_all_that_cannot_be_read_are_an_error(
        self, store: Store, tmp_path: Path, form: str
    ) -> None:
        for name in PHOTOS:
            (tmp_path / "photos" / name).unlink()
        with pytest.raises(UserError, match=r"Nothing was written: photos/a\.jpg could not be"):
            write(store, tmp_path / "out", form)
        assert not (tmp_path / "out").exists()

    def test_none_come_among_the_photos(self, store: Store, tmp_path: Path, form: str) -> None:
        with pytest.raises(UserError, match="where pictures count as photos"):
            write(store, tmp_path / "photos" / "new", form)
