"""The command line, whose output scripts read."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from pipnet.data.images import read_image
from pipnet.data.pts import format_pts
from pipnet.data.sample import Sample
from pipnet.inference.face_detection import DetectedFace
from pipnet.inference.onnx_detector import OnnxDetector
from pipnet.inference.torch_detector import TorchDetector
from pipnet.models.checkpoint import load, read_torch, save
from tests.pipnet.cli.conftest import Make, Outcome, Run
from tests.pipnet.drawn import FIVE, made_up_adjustment

EVALUATED = ["faces", "missed", "unreadable", "nme", "nme_curve", "fr10", "auc10", "norm"]


def read(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


class TestPredict:
    def test_whole_photos(self, run: Run, model: Path, photos: Path, tmp_path: Path) -> None:
        out = tmp_path / "out.json"
        done = run("predict", "--weights", model, photos, "--boxes", "whole", "--json", out)
        assert (done.code, done.out) == (0, "")
        data = read(out)
        assert list(data) == ["faces"]
        rows = data["faces"]
        assert [row["image"] for row in rows] == [str(photos / f"face{n}.png") for n in range(6)]
        for row in rows:
            assert list(row) == ["image", "box", "points", "scores", "score", "spread"]
            assert row["box"] == [-0.5, -0.5, 120, 110]
            assert np.array(row["points"]).shape == (5, 2)
            assert np.array(row["scores"]).shape == (5,)

    def test_boxes_of_the_face_detector_are_the_default(
        self, run: Run, model: Path, faces: list[Sample], tmp_path: Path
    ) -> None:
        out, photo = tmp_path / "out.json", faces[0].image
        assert run("predict", "--weights", model, photo, "--json", out).code == 0
        (row,) = read(out)["faces"]
        (wanted,) = TorchDetector.load(model).predict(
            read_image(photo), [(25.0, 10.0, 50.0, 70.0)], "detected"
        )
        assert row["box"] == [25, 10, 50, 70]
        np.testing.assert_allclose(row["points"], wanted.points, atol=1e-3)
        np.testing.assert_allclose(row["scores"], wanted.scores, atol=1e-4)

    def test_boxes_from_a_file(
        self, run: Run, model: Path, faces: list[Sample], tmp_path: Path
    ) -> None:
        boxes, out = tmp_path / "boxes.json", tmp_path / "out.json"
        one, two, three = (face.image for face in faces[:3])
        given = {str(one): [[1, 2, 30, 40], [5, 6, 70, 80]], two.name: [[9, 9, 50, 50]]}
        boxes.write_text(json.dumps(given), encoding="utf-8")
        words = ("--weights", model, one, two, three, "--boxes", boxes, "--json", out)
        assert run("predict", *words).code == 0
        found = [(row["image"], row["box"]) for row in read(out)["faces"]]
        assert found == [
            (str(one), [1, 2, 30, 40]), (str(one), [5, 6, 70, 80]), (str(two), [9, 9, 50, 50]),
        ]  # fmt: skip

    def test_an_exported_model_gives_what_torch_gives(
        self, run: Run, model: Path, photos: Path, tmp_path: Path
    ) -> None:
        onnx, rows = tmp_path / "tiny.onnx", []
        assert run("export", onnx, "--weights", model).code == 0
        for weights in (model, onnx):
            out = tmp_path / f"{weights.suffix}.json"
            assert run("predict", "--weights", weights, photos, "--json", out).code == 0
            rows.append(read(out)["faces"])
        for one, other in zip(*rows, strict=True):
            assert (one["image"], one["box"]) == (other["image"], other["box"])
            np.testing.assert_allclose(one["points"], other["points"], rtol=0, atol=0.01)
            np.testing.assert_allclose(one["scores"], other["scores"], rtol=0, atol=1e-4)
        figures = [
            json.loads(run("evaluate", "--weights", w, "--data", photos, "--json").out)["nme"]
            for w in (model, onnx)
        ]
        assert figures[0] == pytest.approx(figures[1], abs=0.01)

    def test_what_fails_half_way_leaves_the_old_output(
        self, run: Run, model: Path, photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        out, seen = tmp_path / "out.json", list[int]()
        crops = OnnxDetector.predict_crops

        def full(detector: OnnxDetector, images: Any) -> Any:
            seen.append(len(images))
            if len(seen) == 3:
                raise OSError("no space left")
            return crops(detector, images)

        monkeypatch.setattr(OnnxDetector, "batch_size", 2)
        words = ("predict", "--weights", model, photos, "--boxes", "whole", "--json", out)
        for kept in (None, '{"faces": []}'):
            if kept:
                out.write_text(kept)
            with monkeypatch.context() as patched:
                patched.setattr(OnnxDetector, "predict_crops", full)
                failed(run(*words), "no space left")
            assert (out.read_text() if out.exists() else None) == kept
            assert not out.with_name("out.json.partial").exists()
            seen.clear()
        assert run(*words).code == 0
        assert len(read(out)["faces"]) == 6

    @pytest.mark.parametrize(
        "text", ["", "[]", '{"a.png": [1, 2, 3, 4]}', '{"a.png": [[1, 2, 3]]}', '{"a.png": 5}']
    )
    def test_a_file_that_holds_no_boxes(
        self, run: Run, model: Path, photos: Path, tmp_path: Path, text: str
    ) -> None:
        boxes = tmp_path / "boxes.json"
        boxes.write_text(text, encoding="utf-8")
        done = run("predict", "--weights", model, photos, "--boxes", boxes, "--json", boxes)
        failed(done, "boxes.json must hold {photo: [[x, y, width, height], ...]} as JSON")

    def test_a_box_without_a_size(
        self, run: Run, model: Path, photos: Path, tmp_path: Path
    ) -> None:
        boxes = tmp_path / "boxes.json"
        boxes.write_text('{"a.png": [[1, 2, 0, 4]]}', encoding="utf-8")
        done = run("predict", "--weights", model, photos, "--boxes", boxes, "--json", boxes)
        failed(done, "boxes.json has a box without a size for a.png")

    def test_nothing_to_do_is_an_error_that_says_why(
        self, run: Run, model: Path, photos: Path, tmp_path: Path
    ) -> None:
        out, boxes = tmp_path / "out.json", tmp_path / "boxes.json"
        (tmp_path / "empty").mkdir()
        (tmp_path / "phone").mkdir()
        (tmp_path / "phone" / "a.jxl").write_bytes(b"x")
        (tmp_path / "phone" / "b.pgm").write_bytes(b"x")
        boxes.write_text('{"other.png": [[1, 2, 30, 40]]}')
        for words, reason in (
            (
                (tmp_path / "empty",),
                f"there is no photo in {tmp_path / 'empty'}; it can be avif, bmp",
            ),
            ((tmp_path / "phone",), "(2 files of other kinds: "),
            ((photos, "--boxes", boxes), "boxes.json names none of the photos given; it names oth"),
        ):
            failed(run("predict", "--weights", model, *words, "--json", out), reason)
            assert not out.exists()

    def test_photos_without_a_face_are_named(
        self, run: Run, model: Path, photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(
            "pipnet.inference.face_detection.load_face_detector", lambda: lambda image: []
        )
        done = run("predict", "--weights", model, photos, "--json", tmp_path / "out.json")
        assert done.code == 1
        assert "no face: 6 photos: " in done.err
        assert "no face was found in 6 photos, so nothing was written" in done.err
        assert not (tmp_path / "out.json").exists()

    def test_other_files_of_a_folder_and_other_boxes_are_reported(
        self, run: Run, model: Path, photos: Path, tmp_path: Path
    ) -> None:
        (photos / "phone.jxl").write_bytes(b"x")
        boxes, out = tmp_path / "boxes.json", tmp_path / "out.json"
        given = {"face0.png": [[1, 2, 30, 40], [900, 2, 30, 40], [0, 0, 5000, 9]], "gone.png": []}
        boxes.write_text("\ufeff" + json.dumps(given), encoding="utf-8")
        done = run("predict", "--weights", model, photos, "--boxes", boxes, "--json", out)
        assert done.code == 0
        assert f"not supported: 1 file or folder: {photos / 'phone.jxl'}" in done.err
        assert "boxes.json names 1 photo not given here: gone.png" in done.err
        assert "the box [900.0, 2.0, 30.0, 40.0] does not fit a photo of 120 x 110" in done.err
        assert "the box [0.0, 0.0, 5000.0, 9.0] does not fit" in done.err
        assert "no face: 5 photos: " in done.err
        assert [row["box"] for row in read(out)["faces"]] == [[1, 2, 30, 40]]

    @pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1e999"])
    def test_a_box_without_a_finite_position_is_refused(
        self, run: Run, model: Path, photos: Path, tmp_path: Path, value: str
    ) -> None:
        boxes = tmp_path / "boxes.json"
        boxes.write_text(f'{{"face1.png": [[{value}, 2, 3, 4]]}}')
        words = ("--boxes", boxes, "--json", tmp_path / "out.json")
        failed(run("predict", "--weights", model, photos, *words), "a box of face1.png has no posi")

    def test_a_name_that_could_be_two_photos_is_refused(
        self, run: Run, model: Path, photos: Path, tmp_path: Path
    ) -> None:
        other = tmp_path / "other"
        other.mkdir()
        (photos / "face0.png").rename(other / "face1.png")
        boxes, out = tmp_path / "boxes.json", tmp_path / "out.json"
        words = ("predict", "--weights", model, photos, other, "--boxes", boxes, "--json", out)
        boxes.write_text('{"face1.png": [[1, 2, 30, 40]]}')
        failed(run(*words), "face1.png could be ")
        boxes.write_text(json.dumps({str(other / "face1.png"): [[1, 2, 30, 40]]}))
        assert run(*words).code == 0
        assert [row["image"] for row in read(out)["faces"]] == [str(other / "face1.png")]

    def test_links_to_one_photo_are_one_photo(
        self, run: Run, model: Path, photos: Path, tmp_path: Path
    ) -> None:
        (photos / "zz.png").symlink_to(photos / "face0.png")
        words = ("--boxes", "whole", "--json", tmp_path / "out.json")
        assert run("predict", "--weights", model, photos, *words).code == 0
        assert len(read(tmp_path / "out.json")["faces"]) == 6


class TestOverwriting:
    def test_what_is_read_is_never_replaced(
        self, run: Run, model: Path, photos: Path, tmp_path: Path
    ) -> None:
        photo = photos / "face0.png"
        link = tmp_path / "link.json"
        link.symlink_to(photo)
        before = photo.read_bytes(), model.read_bytes()
        for words in (
            ("predict", "--weights", model, photos, "--json", photo),
            ("predict", "--weights", model, photo, "--json", link),
            ("predict", "--weights", model, photo, "--json", model),
            ("evaluate", "--weights", model, "--data", photos, "--ced", photo),
            ("export", model, "--weights", model),
            ("export", photo, "--weights", model, "--data", photos),
        ):
            failed(run(*words, "--force"), "is read by this command")
            assert (photo.read_bytes(), model.read_bytes()) == before

    def test_a_file_of_another_kind_needs_force(
        self, run: Run, model: Path, photos: Path, tmp_path: Path
    ) -> None:
        mine, pth = tmp_path / "mine", tmp_path / "mine.pth"
        weights = tmp_path / "mine.safetensors"
        assert run("convert", model, tmp_path / "weights.pth").code == 0
        meanface = tmp_path / "mean.txt"
        meanface.write_text("0.1 0.2 0.8 0.3 0.5 0.5 0.3 0.9 0.7 0.8")
        for words, out in (
            (("predict", "--weights", model, photos, "--json", mine), mine),
            (("evaluate", "--weights", model, "--data", photos, "--ced", mine), mine),
            (("export", mine, "--weights", model), mine),
            (("convert", model, pth), pth),
            (("convert", tmp_path / "weights.pth", weights, "--backbone", "mobilenet_v2",
              "--scheme", "5", "--meanface", meanface), weights),
        ):  # fmt: skip
            out.write_text("mine")
            failed(run(*words), "; --force replaces it")
            assert out.read_text() == "mine"
            assert run(*words, "--force").code == 0
            written = out.read_bytes()
            assert written != b"mine"
            assert run(*words).code == 0, "what the command itself wrote is replaced"
            out.unlink()

    @pytest.mark.skipif(sys.platform == "win32", reason="limits the size of files as POSIX does")
    def test_a_full_disk_leaves_nothing_behind(
        self, run: Run, model: Path, photos: Path, tmp_path: Path
    ) -> None:
        import resource

        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        place = tmp_path / "place"
        place.mkdir()
        for words in (
            ("export", place / "new" / "a.onnx", "--weights", model),
            ("convert", model, place / "a.pth"),
            ("predict", "--weights", model, photos, "--json", place / "a.json"),
            ("evaluate", "--weights", model, "--data", photos, "--ced", place / "a.csv"),
        ):
            resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
            try:
                done = run(*words)
            finally:
                resource.setrlimit(resource.RLIMIT_FSIZE, limits)
            assert done.code == 1
            assert f"Error: {place}" in done.err
            assert "too large" in done.err
            assert list(place.iterdir()) == []


class TestEvaluate:
    def test_faces_that_nothing_normalises_are_counted_and_named(
        self, run: Run, model: Path, faces: list[Sample], photos: Path
    ) -> None:
        text = format_pts(np.tile(faces[0].points[:1], (5, 1)))
        (photos / "face3.pts").write_text(text)
        done = run("evaluate", "--weights", model, "--data", photos, "--json")
        row = json.loads(done.out)
        assert (row["faces"], row["unmeasured"]) == (5, 1)
        assert "left out: 1 face, for the points of the norm 0-1 are unlabelled" in done.err
        assert str(photos / "face3.png") in done.err
        for file in photos.glob("*.pts"):
            file.write_text(text)
        done = run("evaluate", "--weights", model, "--data", photos)
        failed(done, "none of 6 faces could be measured: in 6 the points of the norm 0-1 are")

    @pytest.mark.parametrize("boxes", ["landmarks", "detect"])
    def test_one_line_of_json(self, run: Run, model: Path, photos: Path, boxes: str) -> None:
        words = ("--weights", model, "--data", photos, "--boxes", boxes, "--json")
        done = run("evaluate", *words)
        assert done.code == 0
        row = json.loads(done.out)
        assert list(row) == EVALUATED
        assert (row["faces"], row["missed"], row["norm"]) == (6, 0, "0-1")
        assert row["nme"] > row["nme_curve"] > 0
        assert 0 <= row["fr10"] <= 100

    def test_missed_faces(
        self, run: Run, model: Path, photos: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        answers = [[DetectedFace((25.0, 10.0, 50.0, 70.0), 0.9)], *[[]] * 5]
        monkeypatch.setattr(
            "pipnet.inference.face_detection.load_face_detector",
            lambda: lambda image: answers.pop(0),
        )
        done = run("evaluate", "--weights", model, "--data", photos, "--boxes", "detect", "--json")
        row = json.loads(done.out)
        assert (row["faces"], row["missed"]) == (6, 5)
        assert row["fr10"] >= 83.333

    def test_regions_and_lines_for_people(self, run: Run, model: Path, photos: Path) -> None:
        done = run("evaluate", "--weights", model, "--data", photos, "--regions")
        assert [line.split()[0] for line in done.out.splitlines()] == [*EVALUATED, "regions"]
        assert "'eyes'" in done.out

    def test_norm_units_and_points(self, run: Run, model: Path, photos: Path) -> None:
        def figures(*words: object) -> Any:
            done = run("evaluate", "--weights", model, "--data", photos, "--json", *words)
            assert done.code == 0
            return json.loads(done.out)

        plain, boxed = figures(), figures("--norm", "box")
        assert (plain["norm"], boxed["norm"]) == ("0-1", "box")
        assert boxed["nme"] < plain["nme"], "a face is wider than its eyes are apart"
        assert figures("--norm", "0-1") == plain
        assert figures("--units", "crop") == plain, "this model's crops are square"
        points = figures("--points")["points"]
        assert list(points) == list(FIVE.names)
        assert np.mean(list(points.values())) == pytest.approx(plain["nme"], abs=2e-3)

    @pytest.mark.parametrize(
        ("norm", "reason"),
        [
            ("0-9", "errors cannot be divided by '0-9': give inter-ocular, inter-pupil, box, or"),
            ("inter-pupil", "scheme 'five' does not say which points inter-pupil is between"),
        ],
    )
    def test_a_norm_that_is_none(
        self, run: Run, model: Path, photos: Path, norm: str, reason: str
    ) -> None:
        failed(run("evaluate", "--weights", model, "--data", photos, "--norm", norm), reason)

    def test_the_distribution_as_a_table(
        self, run: Run, model: Path, photos: Path, tmp_path: Path
    ) -> None:
        table = tmp_path / "ced.csv"
        done = run("evaluate", "--weights", model, "--data", photos, "--ced", table, "--json")
        header, *rows = (line.split(",") for line in table.read_text().splitlines())
        assert header == ["error", "share"]
        shares = [float(share) for _, share in rows]
        assert [float(error) for error, _ in rows] == pytest.approx(np.linspace(0, 0.1, 1001))
        assert shares == sorted(shares)
        assert 100 * (1 - shares[-1]) == pytest.approx(json.loads(done.out)["fr10"], abs=1e-3)

    def test_held_out_photos_alone(self, run: Run, model: Path, photos: Path) -> None:
        def faces(share: float) -> int:
            words = ("--weights", model, "--data", photos, "--holdout", share, "--json")
            return int(json.loads(run("evaluate", *words).out)["faces"])

        assert 0 < faces(0.5) < 6
        assert faces(1) == 6


@pytest.mark.usefixtures("small_backbone")
class TestTrain:
    @pytest.fixture
    def scheme(self, tmp_path: Path) -> Path:
        path = tmp_path / "five.toml"
        path.write_text("landmarks = 5\nflip = [1, 0, 2, 4, 3]\nnme_pair = [0, 1]\n")
        return path

    def test_a_model_that_can_be_used(
        self, run: Run, photos: Path, scheme: Path, tmp_path: Path, model: Path
    ) -> None:
        out = tmp_path / "run"
        words = (
            "train", "--data", photos, "--out", out, "--scheme", scheme, "--neighbours", 3,
            "--epochs", 1, "--batch", 3, "--start", model, "--holdout", 0.5,
        )  # fmt: skip
        assert run(*words).code == 0
        trained = load(out / "model.safetensors")
        assert trained.scheme.flip == FIVE.flip
        assert trained.network.neighbours == 3
        assert trained.summary["epochs_done"] == 1
        assert trained.summary["start"] == "tiny.safetensors"
        (row,) = (out / "held_out.jsonl").read_text("utf-8").splitlines()
        assert list(json.loads(row)) == ["epoch", "landmarks", "detect"]
        assert list(json.loads(row)["landmarks"]) == EVALUATED
        held = json.loads(row)["landmarks"]["faces"]
        assert held + trained.summary["faces"] == 6
        assert 0 < held < 6

        again = run(*words)
        assert again.code == 2
        assert "holds a training already; give --resume" in again.err
        assert run(*words, "--resume").code == 0
        assert run("predict", "--weights", out / "model.safetensors", photos, "--json",
                   tmp_path / "out.json").code == 0  # fmt: skip

    @pytest.mark.parametrize(
        ("words", "told"),
        [
            (["--head", "coord"], ("coord", "mobilenet_v2", 0, 32, 1.25)),
            (["--head", "heatmap"], ("heatmap", "mobilenet_v2", 0, 32, 1.25)),
            (["--neighbours", 0, "--preset", "paper"], ("pip", "mobilenet_v2", 0, 32, 1.1)),
            (
                ["--backbone", "resnet18", "--stride", 64, "--neighbours", 3],
                ("pip", "resnet18", 3, 64, 1.25),
            ),
        ],
    )
    def test_heads_presets_and_strides(
        self, run: Run, photos: Path, scheme: Path, tmp_path: Path, words: list[object],
        told: tuple[object, ...],
    ) -> None:  # fmt: skip
        out = tmp_path / "run"
        usual = ("--data", photos, "--out", out, "--scheme", scheme, "--epochs", 1, "--batch", 2)
        assert run("train", *usual, *words).code == 0
        row = json.loads(run("info", out / "model.safetensors", "--json").out)
        found = [row[key] for key in ("head", "backbone", "neighbours", "stride")]
        assert (*found, row["crop"]["enlarge"]) == told
        assert row["summary"]["preset"] == ("paper" if "paper" in words else "best")
        assert (row["terms"], row["lineage"]) == ("free", [])  # no other network went into it
        again = run("train", *usual, *words, "--head", "heatmap", "--stride", 32, "--resume")
        if told[0] == "heatmap":
            assert again.code == 0
        else:
            assert again.code == 1
            assert "holds a training with" in again.err

    def test_patience_keeps_the_best_and_can_be_resumed(
        self, run: Run, photos: Path, scheme: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The measured error is given here; which epoch is the best must follow from it."""
        figures = dict(enumerate([9.0, 7.0, 8.0, 7.0, 6.0, 6.5, 6.5, 5.0], 1))

        def measured(detector: TorchDetector, samples: list[Sample], *_: object) -> Any:
            nme = figures[detector.checkpoint.summary["epochs_done"]]
            return SimpleNamespace(summary=lambda: {"nme": nme}, unreadable=())

        monkeypatch.setattr("pipnet.evaluation.evaluate.evaluate", measured)
        out = tmp_path / "run"
        words = (
            "train", "--data", photos, "--out", out, "--scheme", scheme, "--neighbours", 0,
            "--epochs", 8, "--batch", 3, "--holdout", 0.5, "--patience", 2,
        )  # fmt: skip

        def state() -> tuple[object, ...]:
            rows = map(json.loads, (out / "held_out.jsonl").read_text().splitlines())
            kept = load(out / "model.safetensors").summary["epochs_done"]
            return [row["epoch"] for row in rows], kept

        done = run(*words)
        assert done.code == 0
        assert "Held-out NME 7.0 % after epoch 2." in done.out
        assert state() == ([1, 2, 3, 4], 2)
        # whoever wants more goes on, and the best so far is not forgotten
        assert "NME 6.0 % after epoch 5." in run(*words, "--resume").out
        assert state() == ([1, 2, 3, 4, 5, 6, 7], 5)
        assert "NME 5.0 % after epoch 8." in run(*words, "--resume").out
        assert state() == ([1, 2, 3, 4, 5, 6, 7, 8], 8)
        assert "NME 5.0 % after epoch 8." in run(*words, "--resume").out
        assert state() == ([1, 2, 3, 4, 5, 6, 7, 8], 8)

    def test_training_continues_if_the_face_detector_misses_held_out_faces(
        self, run: Run, photos: Path, scheme: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(
            "pipnet.inference.face_detection.load_face_detector", lambda: lambda image: []
        )
        out = tmp_path / "run"
        words = ("--scheme", scheme, "--neighbours", 0, "--epochs", 1, "--holdout", 0.5)
        assert run("train", "--data", photos, "--out", out, *words).code == 0
        row = json.loads((out / "held_out.jsonl").read_text())
        assert list(row) == ["epoch", "landmarks"]

    @pytest.mark.parametrize("command", ["train", "selftrain"])
    def test_a_place_that_cannot_be_the_folder_fails_first(
        self, run: Run, photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
    ) -> None:
        monkeypatch.setattr("pipnet.cli.train_commands.read_samples", None)
        words: tuple[object, ...] = (command, "--data", photos)
        if command == "selftrain":
            words = (command, "--labels", photos, "--unlabelled", photos)
        (tmp_path / "file").write_text("mine")
        (tmp_path / "full").mkdir()
        (tmp_path / "full" / "model.safetensors").write_text("mine")
        for out, reason in (
            (tmp_path / "file", "file is a file: give a folder"),
            (tmp_path / "file" / "inside", "file is a file: give a folder"),
            (tmp_path / "full", "holds a model.safetensors already: give another folder"),
        ):
            failed(run(*words, "--out", out), reason)
        assert (tmp_path / "file").read_text() == "mine"
        assert (tmp_path / "full" / "model.safetensors").read_text() == "mine"

    def test_a_holdout_that_holds_nothing_out(self, run: Run, photos: Path, tmp_path: Path) -> None:
        words = ("--out", tmp_path / "run", "--scheme", "5", "--holdout", "1e-9")
        done = run("train", "--data", photos, *words)
        failed(done, "a holdout of 1e-09 holds none of these 6 faces out")

    def test_patience_needs_held_out_faces(self, run: Run, photos: Path, tmp_path: Path) -> None:
        done = run("train", "--data", photos, "--out", tmp_path / "run", "--patience", 3)
        assert done.code == 2
        assert "--patience needs faces to measure on: give --holdout too" in done.err

    @pytest.mark.parametrize(
        ("words", "reason"),
        [
            (["--head", "coord", "--stride", "64"], "head 'coord' has stride 32 only, not 64"),
            (["--stride", "16"], "mobilenet_v2 has stride 32 only, not 16"),
            (["--scheme", "nonsense"], "there is no scheme 'nonsense'"),
            (["--scheme", "6"], "face0.png has 5 landmarks, the scheme 6"),
            (["--neighbours", "5"], "5 landmarks allow 0 to 4 neighbours, not 5"),
            (["--backbone", "vgg"], "unknown backbone 'vgg'; known: resnet18"),
            (["--backbone", "resnet18", "--freeze", "2"], "--freeze is for the MobileNets"),
            (["--holdout", "1"], "no face has all its landmarks"),
            (["--device", "abacus"], "device 'abacus' cannot be used here"),
        ],
    )
    def test_what_cannot_be_trained(
        self, run: Run, photos: Path, tmp_path: Path, words: list[str], reason: str
    ) -> None:
        usual = ("--data", photos, "--out", tmp_path / "run", "--scheme", "5", "--epochs", 1)
        failed(run("train", *usual, "--neighbours", 3, *words), reason)
        assert not (tmp_path / "run").exists()

    def test_a_start_that_does_not_fit(
        self, run: Run, photos: Path, model: Path, tmp_path: Path
    ) -> None:
        words = ("--scheme", "5", "--neighbours", 3, "--start", model, "--backbone", "resnet18")
        done = run("train", "--data", photos, "--out", tmp_path / "run", *words)
        failed(done, "tiny.safetensors does not fit a resnet18: it has no weights 'conv1.weight'")


def failed(done: Outcome, reason: str) -> None:
    """One sentence on the error stream, and exit code 1."""
    assert done.code == 1
    assert done.out == ""
    *before, last = done.err.strip().splitlines()
    assert last.startswith("Error: ")
    assert reason in last
    assert before in ([], ["Predicting"])


class TestErrors:
    def test_a_broken_model(self, run: Run, photos: Path, model: Path, tmp_path: Path) -> None:
        model.write_bytes(model.read_bytes()[:5000])
        words = ("--weights", model, photos, "--json", tmp_path / "out.json")
        failed(run("predict", *words), "tiny.safetensors is not a whole safetensors file")
        assert not (tmp_path / "out.json").exists()

    def test_a_pickle_for_a_model(self, run: Run, photos: Path, tmp_path: Path) -> None:
        path = tmp_path / "a.pth"
        torch.save({"a": torch.zeros(9)}, path)
        words = ("--weights", path, photos, "--json", tmp_path / "out.json")
        done = run("predict", *words)
        assert done.code == 2
        assert "a.pth carries weights only: give --backbone" in done.err

    def test_a_broken_photo(self, run: Run, photos: Path, model: Path, tmp_path: Path) -> None:
        broken = photos / "face3.png"
        broken.write_bytes(broken.read_bytes()[:300])
        words = ("--weights", model, photos, "--json", tmp_path / "out.json")
        done = run("predict", *words)
        assert done.code == 0, "the faces of the others were asked for too"
        assert f"left out: {broken} is truncated" in done.err
        assert "1 of 6 photos could not be read" in done.err
        assert len({row["image"] for row in read(tmp_path / "out.json")["faces"]}) == 5
        for photo in photos.glob("*.png"):
            photo.write_bytes(b"")
        (tmp_path / "out.json").unlink()
        done = run("predict", *words)
        assert done.code == 1
        assert "6 of 6 photos could not be read" in done.err
        assert not (tmp_path / "out.json").exists()

    def test_evaluating_leaves_a_broken_photo_out_and_counts_it(
        self, run: Run, photos: Path, model: Path
    ) -> None:
        broken = photos / "face3.png"
        broken.write_bytes(broken.read_bytes()[:300])
        done = run("evaluate", "--weights", model, "--data", photos, "--json")
        assert done.code == 0
        assert f"left out: {broken} is truncated" in done.err
        row = json.loads(done.out)
        assert (row["faces"], row["unreadable"]) == (5, 1)
        for photo in photos.glob("*.png"):
            photo.write_bytes(b"")
        done = run("evaluate", "--weights", model, "--data", photos, "--json")
        failed(done, "none of 6 faces could be measured")
        assert "is empty" in done.err

    @pytest.mark.usefixtures("small_backbone")
    @pytest.mark.parametrize("found", [True, False])
    def test_training_leaves_a_broken_photo_out_and_names_it(
        self, run: Run, photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, found: bool
    ) -> None:
        broken = photos / "face3.png"
        broken.write_bytes(broken.read_bytes()[:300])
        if not found:
            monkeypatch.setattr(
                "pipnet.inference.face_detection.load_face_detector", lambda: lambda image: []
            )
        words = ("--data", photos, "--scheme", "5", "--epochs", 1, "--neighbours", 0)
        done = run("train", *words, "--batch", 6, "--out", tmp_path / "out")
        assert done.code == 0
        assert f"left out: {broken} is truncated" in done.err
        assert "5 of 6 labelled faces were used" in done.err
        assert load(tmp_path / "out" / "model.safetensors")
        for photo in photos.glob("*.png"):
            photo.write_bytes(b"")
        done = run("train", *words, "--out", tmp_path / "out2")
        assert done.code == 1
        assert "no photo of 6 faces can be used" in done.err
        assert "Traceback" not in done.err

    @pytest.mark.filterwarnings("ignore:memory ran out")
    def test_too_little_memory_is_a_sentence(
        self, run: Run, photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(*_: object, **__: object) -> None:
            torch.zeros(1 << 50)  # what torch itself says of it

        monkeypatch.setattr("pipnet.training.step.normalise", full)
        done = run(
            "train", "--data", photos, "--scheme", "5", "--neighbours", 0, "--epochs", 1,
            "--out", tmp_path / "out",
        )  # fmt: skip
        assert done.code == 1
        assert done.err.splitlines()[-1].startswith("Error: there was not enough memory; close")

    @pytest.mark.usefixtures("small_backbone")
    def test_a_disk_that_fills_up_is_a_sentence(
        self, run: Run, photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        if not Path("/dev/full").exists():
            pytest.skip("there is no /dev/full here")

        def full(values: object, file: object) -> None:
            with open("/dev/full", "wb", buffering=0) as disk:
                disk.write(b"state")

        monkeypatch.setattr(torch, "save", full)
        done = run(
            "train", "--data", photos, "--scheme", "5", "--neighbours", 0, "--epochs", 1,
            "--out", tmp_path / "out",
        )  # fmt: skip
        assert done.code == 1
        assert "No space left on device" in done.err.splitlines()[-1]

    def test_no_folder_for_the_output(self, run: Run, photos: Path, model: Path) -> None:
        words = ("--weights", model, photos, "--json", photos / "none" / "out.json")
        failed(run("predict", *words), "to write out.json into")

    def test_labels_that_are_none(self, run: Run, model: Path, tmp_path: Path) -> None:
        empty = tmp_path / "empty"
        empty.mkdir()
        words = ("--weights", model, "--data", empty, "--json")
        failed(run("evaluate", *words), "empty holds neither .pts files")

    def test_labels_of_another_scheme(self, run: Run, model: Path, tmp_path: Path) -> None:
        folder = tmp_path / "four"
        folder.mkdir()
        Image.new("RGB", (20, 20)).save(folder / "a.png")
        (folder / "a.pts").write_text("n_points: 2\n{\n1 1\n9 9\n}\n")
        failed(
            run("evaluate", "--weights", model, "--data", folder), "has 2 landmarks, the scheme 5"
        )

    def test_no_face_found_anywhere(
        self, run: Run, model: Path, photos: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(
            "pipnet.inference.face_detection.load_face_detector", lambda: lambda image: []
        )
        done = run("evaluate", "--weights", model, "--data", photos, "--boxes", "detect")
        failed(done, "none of 6 faces could be measured")

    def test_no_device_of_that_name(self, run: Run, model: Path, photos: Path) -> None:
        done = run("evaluate", "--weights", model, "--data", photos, "--device", "abacus")
        failed(done, "device 'abacus' cannot be used here")

    def test_paths_that_are_not_there_are_a_matter_of_usage(self, run: Run, photos: Path) -> None:
        done = run("evaluate", "--data", photos / "none")
        assert done.code == 2
        assert "does not exist" in done.err


def test_it_runs_in_a_separate_process(tmp_path: Path, model: Path) -> None:
    words = [sys.executable, "-m", "pipnet", "evaluate", "--weights", str(model), "--data"]
    done = subprocess.run([*words, str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("Error: ")
    assert len(done.stderr.splitlines()) == 1


def test_an_adjustment_is_told_and_lost_in_a_pth(
    run: Run, make_checkpoint: Make, tmp_path: Path
) -> None:
    model = tmp_path / "adjusted.safetensors"
    save(replace(make_checkpoint(), adjustment=made_up_adjustment()), model)
    assert json.loads(run("info", model, "--json").out)["adjustment"] == {"faces": 40}
    assert "adjustment   learned from 40 faces" in run("info", model).out
    result = run("convert", model, tmp_path / "weights.pth")
    assert result.code == 0
    assert "not adjusted" in result.err


def test_a_model_file_becomes_a_pth_and_back(
    run: Run, model: Path, make_checkpoint: Make, tmp_path: Path
) -> None:
    checkpoint = make_checkpoint()
    meanface, scheme = tmp_path / "meanface.txt", tmp_path / "five.toml"
    meanface.write_text(" ".join(map(str, checkpoint.meanface.ravel())))
    scheme.write_text("landmarks = 5\n")
    plain, back = tmp_path / "b.pth", tmp_path / "c.safetensors"
    assert run("convert", model, plain).code == 0
    assert run("convert", plain, back).code == 2
    told = json.loads(run("info", model, "--json").out)
    assert (told["landmarks"], told["neighbours"], told["adjustment"]) == (5, 3, None)
    state = read_torch(plain)
    assert set(state) == set(checkpoint.network.export_state())
