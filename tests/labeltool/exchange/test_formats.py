"""What is exported comes back: names, order, visibility and sub-pixel positions."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from labeltool.domain import Message
from labeltool.exchange.formats import ReadLabels, coco, pts, write_text_atomically
from pipnet.data.coco import LabelError
from pipnet.data.labelled_faces import LabelledFace, load_labelled
from pipnet.data.photo_lookup import KnownPhoto, PhotoLookup
from pipnet.formats.text_formats import pts_files

NAMES = ("left", "right", "nose")
EDGES = ((0, 2), (1, 2))
FLIP = (1, 0, 2)


def row(photo: str, shift: float = 0.0, **rest: object) -> LabelledFace:
    points = np.array([[10.25, 20.5], [30.125, 40.0625], [50.0, 60.75]]) + shift
    return LabelledFace(photo, points, (1.5, 2.5, 60.25, 70.125), **rest)  # type: ignore[arg-type]


def full_disk(*_: object) -> None:
    raise OSError(28, "No space left on device")


def everything_in(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


class TestCoco:
    sizes = {"a.jpg": (640, 480), "사진/b 😀.png": (100, 200)}  # noqa: RUF012

    def write(self, path: Path, *rows: LabelledFace) -> None:
        coco.write(path, rows, NAMES, EDGES, FLIP, self.sizes)

    def test_round_trip(self, tmp_path: Path) -> None:
        path = tmp_path / "새 폴더" / "export.json"
        seen = np.array([2, 0, 1], np.int8)
        hidden = row("사진/b 😀.png", 0.1, visibility=seen, score=0.5, verdict="corrected")
        self.write(path, row("a.jpg"), hidden, row("a.jpg", 7))
        back = coco.read(path)
        assert (back.names, back.edges, back.flip) == (NAMES, EDGES, FLIP)
        assert back.problems == []
        assert [r.photo for r in back.rows] == ["a.jpg", "사진/b 😀.png", "a.jpg"]
        first, second, third = back.rows
        np.testing.assert_array_equal(first.points, row("a.jpg").points)
        np.testing.assert_array_equal(third.points, row("a.jpg", 7).points)
        assert first.visibility is not None
        assert first.visibility.tolist() == [2, 2, 2]
        assert second.visibility is not None
        assert second.visibility.tolist() == [2, 0, 1]
        assert np.isnan(second.points[1]).all()
        np.testing.assert_array_equal(second.points[[0, 2]], hidden.points[[0, 2]])
        assert (first.score, first.verdict) == (None, "")
        assert (second.score, second.verdict) == (0.5, "corrected")
        assert second.box == hidden.box

    def test_the_file_is_what_others_expect(self, tmp_path: Path) -> None:
        path = tmp_path / "export.json"
        self.write(path, row("a.jpg"), row("a.jpg"), row("사진/b 😀.png"))
        data = json.loads(path.read_text("utf-8"))
        assert [image["id"] for image in data["images"]] == [1, 2]
        assert data["images"][0]["width"] == 640
        assert [face["id"] for face in data["annotations"]] == [1, 2, 3]
        assert [face["image_id"] for face in data["annotations"]] == [1, 1, 2]
        assert data["categories"][0]["skeleton"] == [[1, 3], [2, 3]]
        assert data["categories"][0]["flip_idx"] == [1, 0, 2]
        assert data["annotations"][0]["num_keypoints"] == 3

    def test_an_absent_point_is_not_labelled(self, tmp_path: Path) -> None:
        given_row = row("a.jpg", visibility=np.full(3, 2, np.int8))
        given_row.points[1] = np.nan
        self.write(tmp_path / "a.json", given_row)
        data = json.loads((tmp_path / "a.json").read_text())
        assert data["annotations"][0]["keypoints"][3:6] == [0, 0, 0]
        assert data["annotations"][0]["num_keypoints"] == 2

    @settings(deadline=None)  # it writes files
    @given(st.data())
    def test_any_points(
        self, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
    ) -> None:
        path = tmp_path_factory.getbasetemp() / "coco.json"
        count = data.draw(st.integers(1, 20))
        rows = []
        for photo in data.draw(st.lists(st.sampled_from(sorted(self.sizes)), max_size=4)):
            points = data.draw(arrays(np.float64, (count, 2), elements=st.floats(-1e4, 1e4)))
            seen = data.draw(arrays(np.int8, count, elements=st.integers(0, 2)))
            rows.append(LabelledFace(photo, points, (1, 2, 3, 4), seen, verdict="corrected"))
        names = [str(index) for index in range(count)]
        coco.write(path, rows, names, (), None, self.sizes)
        back = coco.read(path)
        assert back.names == tuple(names)
        assert back.flip is None
        for ours, theirs in zip(rows, back.rows, strict=True):
            assert ours.visibility is not None
            assert theirs.visibility is not None
            np.testing.assert_array_equal(theirs.visibility, ours.visibility)
            labelled = ours.visibility > 0
            np.testing.assert_array_equal(theirs.points[labelled], ours.points[labelled])
            assert np.isnan(theirs.points[~labelled]).all()

    def test_a_failed_write_leaves_the_old_file(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = tmp_path / "a.json"
        self.write(path, row("a.jpg"))
        before = path.read_bytes()
        for function in ("fsync", "replace"):
            with monkeypatch.context() as patch:
                patch.setattr(os, function, full_disk)
                with pytest.raises(OSError, match="No space"):
                    self.write(path, row("a.jpg", 5))
            assert path.read_bytes() == before
            assert everything_in(tmp_path) == ["a.json"]

    def test_rows_that_do_not_fit(self, tmp_path: Path) -> None:
        with pytest.raises(ValueError, match="does not fit"):
            coco.write(tmp_path / "a.json", [row("a.jpg")], ("one",), (), None, self.sizes)
        assert everything_in(tmp_path) == []

    def test_files_of_other_tools(self, tmp_path: Path) -> None:
        data = {
            "images": [{"id": 1, "file_name": ".\\photos\\a.jpg"}],
            "categories": [
                {"id": 1, "name": "person"},
                {"id": 5, "name": "f", "keypoints": ["l", "r", "n"], "flip_pairs": [[0, 1]]},
                {"id": 6, "name": "unused", "keypoints": ["x"]},
            ],
            "annotations": [
                {
                    "id": 1,
                    "image_id": 1,
                    "category_id": 5,
                    "keypoints": [1, 2, 2, 4, 6, 1] + [0] * 3,
                },
                {"id": 2, "image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4]},
                {"id": 3, "image_id": 1, "category_id": 5, "keypoints": [0] * 9},
            ],
        }
        (tmp_path / "a.json").write_text(json.dumps(data))
        back = coco.read(tmp_path / "a.json")
        assert (back.names, back.edges, back.flip) == (("l", "r", "n"), (), (1, 0, 2))
        face, empty = back.rows
        assert (face.photo, face.box) == (".\\photos\\a.jpg", (1, 2, 3, 4))
        assert (empty.box, empty.visibility.tolist()) == (None, [0, 0, 0])
        assert [str(problem) for problem in back.problems] == [
            "1 annotations have a box and no keypoints: left out."
        ]

    @pytest.mark.parametrize(
        "flip",
        [
            {"flip_idx": [0, 1]},
            {"flip_idx": [1, 2, 0]},
            {"flip_idx": "no"},
            {"flip_idx": [1, 0, 2.0]},
            {"flip_pairs": [[0, 9]]},
            {"flip_pairs": [0]},
            {"flip_pairs": [["l", "r"]]},
        ],
    )
    def test_nonsense_about_mirroring_is_left_out(
        self, tmp_path: Path, flip: dict[str, object]
    ) -> None:
        category = {"id": 1, "name": "f", "keypoints": ["l", "r", "n"], **flip}
        data = {"images": [], "annotations": [], "categories": [category]}
        (tmp_path / "a.json").write_text(json.dumps(data))
        assert coco.read(tmp_path / "a.json").flip is None

    def test_files_with_several_schemes_or_none(self, tmp_path: Path) -> None:
        data: dict[str, list[dict[str, object]]] = {
            "images": [{"id": 1, "file_name": "a.jpg"}],
            "categories": [{"id": n, "name": f"c{n}", "keypoints": ["x"]} for n in (1, 2)],
            "annotations": [
                {"id": n, "image_id": 1, "category_id": n, "keypoints": [1, 1, 2]} for n in (1, 2)
            ],
        }
        (tmp_path / "a.json").write_text(json.dumps(data))
        assert [row.names for row in coco.read(tmp_path / "a.json").rows] == [("x",), ("x",)]
        data |= {"categories": [{"id": 1, "name": "cat"}], "annotations": []}
        (tmp_path / "a.json").write_text(json.dumps(data))
        back = coco.read(tmp_path / "a.json")
        assert (back.rows, list(map(str, back.problems))) == ([], ["it holds no labelled face."])

    @pytest.mark.shared
    def test_real_file(self, shared: Path, tmp_path: Path) -> None:
        source = shared / "faces" / "afw" / "afw.json"
        first = coco.read(source)
        assert (len(first.rows), first.problems) == (337, [])
        assert first.names is not None
        images = json.loads(source.read_text())["images"]
        sizes = {image["file_name"]: (image["width"], image["height"]) for image in images}
        coco.write(tmp_path / "a.json", first.rows, first.names, first.edges, first.flip, sizes)
        second = coco.read(tmp_path / "a.json")
        for ours, theirs in zip(first.rows, second.rows, strict=True):
            assert (ours.photo, ours.box) == (theirs.photo, theirs.box)
            np.testing.assert_array_equal(ours.points, theirs.points)


def read_for(folder: Path, photos: list[str], origin: int = 1) -> ReadLabels:
    """The rows of .pts files, each with its photo of these."""
    back = pts.read(folder, origin)
    lookup = PhotoLookup(folder, [KnownPhoto(Path("/photos") / name, name) for name in photos])
    files, problems = lookup.find_all({row.photo: None for row in back.rows}, stems=True)
    names = {
        name: file.relative_to(folder if folder in file.parents else "/photos").as_posix()
        for name, file in files.items()
    }
    rows = [replace(row, photo=names[row.photo]) for row in back.rows if row.photo in names]
    return replace(back, rows=rows, problems=[*back.problems, *map(Message, problems.values())])


class TestPts:
    def test_round_trip(self, tmp_path: Path) -> None:
        rows = [
            row("a.jpg"),
            row("사진/b 😀.png", 1.123456),
            row("사진/b 😀.png", 2),
            row("deep/er/c.tif", 3),
        ]
        assert pts.write(tmp_path / "new" / "export", rows) == []
        written = ["a.pts", "deep/er/c.pts", "사진/b 😀_1.pts", "사진/b 😀_2.pts"]
        assert everything_in(tmp_path / "new" / "export") == written
        text = (tmp_path / "new" / "export" / "a.pts").read_text()
        assert text.splitlines()[:4] == ["version: 1", "n_points: 3", "{", "11.250000 21.500000"]
        back = read_for(tmp_path / "new" / "export", [r.photo for r in rows])
        assert isinstance(back, ReadLabels)
        assert (back.names, back.edges, back.flip, back.problems) == (None, (), None, [])
        key = {photo: number for number, photo in enumerate(r.photo for r in rows)}
        found = sorted(back.rows, key=lambda r: (key[r.photo], r.points[0, 0]))
        for ours, theirs in zip(rows, found, strict=True):
            assert ours.photo == theirs.photo
            np.testing.assert_allclose(theirs.points, ours.points, rtol=0, atol=1e-6)
            assert theirs.visibility is None
            left, top, width, height = theirs.box
            assert (left, top) == tuple(theirs.points.min(axis=0))
            np.testing.assert_allclose((left + width, top + height), theirs.points.max(axis=0))

    def test_names_never_collide(self, tmp_path: Path) -> None:
        photos = ["a.jpg", "a_1.jpg", "b.jpg", "b.png", "c.jpg", "C.png", "c_2.jpg", "b.jpg.png"]
        faces = [2, 1, 1, 2, 1, 1, 3, 1]
        rows = [
            row(photo, 10 * number + k)
            for number, (photo, n) in enumerate(zip(photos, faces, strict=True))
            for k in range(n)
        ]
        pts.write(tmp_path, rows)
        assert len({name.casefold() for name in everything_in(tmp_path)}) == len(rows)
        back = read_for(tmp_path, photos)
        assert back.problems == []
        found = {(r.photo, round(r.points[0, 0], 6)) for r in back.rows}
        assert found == {(r.photo, round(r.points[0, 0], 6)) for r in rows}

    def test_photos_without_faces_keep_their_names(self, tmp_path: Path) -> None:
        pts.write(tmp_path, [row("a.jpg"), row("a.jpg", 5)], photos=["a.jpg", "a_1.jpg"])
        assert everything_in(tmp_path) == ["a_2.pts", "a_3.pts"]
        back = read_for(tmp_path, ["a.jpg", "a_1.jpg"])
        assert [r.photo for r in back.rows] == ["a.jpg", "a.jpg"]

    def test_a_face_with_an_absent_landmark_is_named(self, tmp_path: Path) -> None:
        broken = row("a.jpg")
        broken.points[1] = np.nan
        problems = pts.write(tmp_path, [broken, row("b.jpg")])
        assert [str(problem) for problem in problems] == [
            "a.jpg: a face is left out, for .pts cannot tell that a landmark is absent."
        ]
        assert everything_in(tmp_path) == ["b.pts"]

    def test_problems_are_listed(self, tmp_path: Path) -> None:
        pts.write(tmp_path, [row("a.jpg"), row("sub/b.jpg"), row("stray.jpg")])
        (tmp_path / "bad.pts").write_text("{\nnan nan\n}")
        (tmp_path / "two.pts").write_text("{\n1 1\n}")
        photos = ["a.jpg", "b.jpg", "bad.jpg", "two.jpg", "two.png"]
        back = read_for(tmp_path, photos)
        assert [r.photo for r in back.rows] == ["a.jpg", "b.jpg"]  # the one photo called b
        assert [str(problem) for problem in back.problems] == [
            "bad.pts: bad.pts, line 2: 'nan' is no position; label this point again.",
            "stray.pts is not a photo of this project",
            "two.pts could be two.jpg or two.png; name its folder in the label file",
        ]

    def test_a_missing_folder(self, tmp_path: Path) -> None:
        with pytest.raises(LabelError, match="could not be listed"):
            pts.read(tmp_path / "gone")

    def test_import_and_training_read_what_inspect_says(self, tmp_path: Path) -> None:
        near, hidden = "10.5 20.25\n30 40", "-12.123456 -22.5\n-1 -1"
        texts = {
            "clm_det_1.pts": f"version: 1\nnpoints: 4\n{{\n{near}\n12 20\n20 30\n}}\n",
            "merl.pts": f"version: 1\nn_points: 4\n{{\n{near}\n{hidden}\n}}\n",
        }
        for name, text in texts.items():
            (tmp_path / name).write_text(text)
        for name in ("clm.jpg", "merl.jpg"):
            Image.new("RGB", (100, 100)).save(tmp_path / name)
        said = {row.photo: row for row in pts_files.read(tmp_path).faces}
        imported = {row.photo: row for row in pts.read(tmp_path).rows}
        trained = {Path(row.photo).stem: row for row in load_labelled(tmp_path)}
        assert said.keys() == imported.keys() == trained.keys() == {"clm", "merl"}
        for photo, row in said.items():
            for other in (imported[photo], trained[photo]):
                np.testing.assert_array_equal(other.points, row.points)
                np.testing.assert_array_equal(other.visibility, row.visibility)
        assert said["clm"].points[0].tolist() == [10.5, 20.25]
        assert said["merl"].visibility.tolist() == [2, 2, 1, 0]

    def test_the_origin_can_be_zero(self, tmp_path: Path) -> None:
        (tmp_path / "a.pts").write_text("{\n1 2\n}")
        assert pts.read(tmp_path, origin=0).rows[0].points.tolist() == [[1, 2]]

    @pytest.mark.parametrize("photo", ["../a.jpg", "/etc/a.jpg", "x/../../a.jpg", ""])
    def test_nothing_is_written_outside(self, tmp_path: Path, photo: str) -> None:
        folder = tmp_path / "export"
        with pytest.raises(ValueError, match="not a path inside"):
            pts.write(folder, [row(photo)])
        assert everything_in(tmp_path) == []

    def test_a_full_disk_leaves_nothing(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pts.write(tmp_path, [row("a.jpg")])
        before = (tmp_path / "a.pts").read_bytes()
        write_bytes = Path.write_bytes

        def second_fails(path: Path, data: bytes) -> int:
            if path.name == "b.pts":
                full_disk()
            return write_bytes(path, data)

        monkeypatch.setattr(Path, "write_bytes", second_fails)
        with pytest.raises(OSError, match="No space"):
            pts.write(tmp_path, [row("a.jpg", 5), row("b.jpg"), row("c.jpg")])
        assert everything_in(tmp_path) == ["a.pts"]
        assert (tmp_path / "a.pts").read_bytes() == before
        assert [p.name for p in tmp_path.iterdir()] == ["a.pts"]

    def test_an_export_can_be_trained_on(self, tmp_path: Path) -> None:
        pts.write(tmp_path, [row("a.jpg"), row("a.jpg", 5), row("b.png")])
        for name in ("a.jpg", "b.png"):
            (tmp_path / name).touch()
        assert [Path(face.photo).name for face in load_labelled(tmp_path)] == [
            "a.jpg",
            "a.jpg",
            "b.png",
        ]

    @pytest.mark.shared
    @pytest.mark.parametrize(("folder", "count"), [("helen", 68), ("scut86", 86)])
    def test_real_files(self, shared: Path, tmp_path: Path, folder: str, count: int) -> None:
        source = shared / "faces" / folder
        photos = [path.name for path in source.glob("*.jpg")]
        first = read_for(source, photos)
        assert first.problems == []
        assert len(first.rows) == len(photos)
        pts.write(tmp_path, first.rows[:50])
        second = read_for(tmp_path, photos)
        for ours, theirs in zip(first.rows[:50], second.rows, strict=True):
            assert ours.photo == theirs.photo
            assert theirs.points.shape == (count, 2)
            np.testing.assert_allclose(theirs.points, ours.points, rtol=0, atol=1e-6)


def test_write_text_atomically_takes_long_names(tmp_path: Path) -> None:
    path = tmp_path / ("가" * 80 + ".json")
    write_text_atomically(path, "한글\n")
    assert path.read_bytes() == "한글\n".encode()
    assert everything_in(tmp_path) == [path.name]


def test_write_text_atomically_fails_on_a_folder(tmp_path: Path) -> None:
    (tmp_path / "a.json").mkdir()
    with pytest.raises(OSError, match=r"a\.json"):
        write_text_atomically(tmp_path / "a.json", "x")
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]
