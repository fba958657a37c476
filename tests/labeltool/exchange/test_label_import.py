"""Whose label is it? Never another photo's, another landmark's or another scale's."""

from __future__ import annotations

import json
import sys
import unicodedata
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from labeltool.domain import UserError, Verdict
from labeltool.exchange import detection_pool
from labeltool.exchange.detection_pool import search
from labeltool.exchange.formats.photo_names import photo_names
from labeltool.exchange.label_export import export_labels
from labeltool.exchange.label_import import import_labels
from labeltool.exchange.label_source import read_label_source
from labeltool.exchange.photo_import import add_photos
from labeltool.store import Store
from pipnet.data.boxes import tight_box
from pipnet.data.crop import CropConvention
from pipnet.data.labelled_faces import load_labelled
from pipnet.data.photo_lookup import content_hash
from tests.projects import THREE, make_project, triangle

ANN = "ann"
NFC, NFD = (unicodedata.normalize(form, "사진 é") for form in ("NFC", "NFD"))


def draw(path: Path, size: tuple[int, int] = (100, 100), orientation: int = 1) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    exif = Image.Exif()
    exif[274] = orientation
    Image.effect_noise(size, 50).convert("RGB").save(path, exif=exif)
    return path


def write(
    file: Path,
    photos: dict[str, list[np.ndarray]],
    size: tuple[int, int] | None = (100, 100),
    names: tuple[str, ...] = THREE.names,
    **image: object,
) -> Path:
    """A COCO file of another tool: landmarks of the faces of each photo by its name."""
    stated = {} if size is None else {"width": size[0], "height": size[1]}
    data = {
        "images": [
            {"id": number, "file_name": name, **stated, **image}
            for number, name in enumerate(photos)
        ],
        "categories": [{"id": 1, "name": "face", "keypoints": list(names)}],
        "annotations": [
            {
                "id": 100 * number + k, "image_id": number, "category_id": 1,
                "keypoints": [v for x, y in points.tolist() for v in (x, y, 2)],
            }
            for number, faces in enumerate(photos.values())
            for k, points in enumerate(faces)
        ],
    }  # fmt: skip
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(data), encoding="utf-8")
    return file


def review(store: Store) -> None:
    """One label of its own for every photo, as if they had been reviewed."""
    rows = [
        {
            "photo": photo, "sha256": content_hash(file), "width": 100, "height": 100,
            "faces": [((5.0, 5.0, 60.0, 60.0), 0.9)],
        }
        for photo, file in store.photos.unsearched()
    ]  # fmt: skip
    store.photos.save_search_results(rows)
    for face, photo, *_ in store.faces.boxes():
        store.decisions.decide(ANN, [face], Verdict.CORRECTED, points=triangle(photo / 7))


def content(store: Store) -> set[tuple[str, str, bytes]]:
    """Every manual label by its file, to a millionth of a pixel."""
    return {
        (str(store.faces.get(face).photo), verdict, np.round(points, 6).tobytes())
        for face, verdict, points, *_ in store.labels.all()
    }


NAMES = [
    "plain.jpg", "a\\b.jpg", f"{NFC}.jpg", f"{NFD}.jpg", "😀 smile.png", " spaces  .jpg",
    "d.o.t.s..jpg", "#?%&;'\"*:<>|.jpg", "UPPER.JPG", "upper.jpg", "a.jpg.png", "a.jpg",
    "a_1.jpg", "-x.jpg", "new\nline.jpg", "sub folder/a.jpg", "sub\\folder/a.jpg", "..dots/a.jpg",
    f"{'가' * 70}.jpg",
]  # fmt: skip


class TestRoundTrip:
    @pytest.mark.parametrize("form", ["coco", "pts"])
    @pytest.mark.parametrize("folders", [["x", "y"], ["a/photos", "b/photos"], [".hidden"]])
    def test_exports_can_be_imported_whatever_the_photo_is_called(
        self, project, opened, tmp_path, form, folders
    ):
        store = project(proposed=False)
        for folder in folders:
            for name in NAMES:
                draw(tmp_path / "in" / folder / name)
            add_photos(store, [tmp_path / "in" / folder])
        review(store)
        out = tmp_path / "out" / ("labels.json" if form == "coco" else "labels")
        written = export_labels(store, out, form)
        assert (written.faces, written.problems) == (store.queue.counts().photos, ())
        other = make_project(tmp_path / "other")
        opened.append(other)
        for folder in reversed(folders):
            add_photos(other, [tmp_path / "in" / folder])
        summary = import_labels(other, out, ANN)
        assert summary.problems == []
        assert content(other) == content(store)

    def test_a_coco_export_says_size_and_content(self, project, tmp_path):
        store = project(proposed=False)
        for folder in ("x", "y"):
            draw(tmp_path / folder / "1.jpg")
            add_photos(store, [tmp_path / folder])
        review(store)
        export_labels(store, tmp_path / "labels.json", "coco")
        images = json.loads((tmp_path / "labels.json").read_text())["images"]
        assert [image["file_name"] for image in images] == ["x/1.jpg", "y/1.jpg"]
        for image in images:
            assert (image["width"], image["height"]) == (100, 100)
            assert image["sha256"] == content_hash(tmp_path / image["file_name"])
        found = {Path(face.photo) for face in load_labelled(tmp_path / "labels.json")}
        assert found == {tmp_path / "x" / "1.jpg", tmp_path / "y" / "1.jpg"}

    def test_a_photo_that_cannot_be_read_is_named_and_exported(self, project, tmp_path):
        store = project(1)
        store.decisions.decide(ANN, [1], Verdict.CORRECTED, points=triangle())
        with store._database.write() as connection:
            connection.exec_driver_sql("UPDATE photo SET sha256 = NULL")
        written = export_labels(store, tmp_path / "a.json", "coco")
        assert written.faces == 1
        assert str(written.problems[0]).startswith("photos/00000.jpg could not be read")

    def test_labels_kept_inside_the_photo_folder_are_found(self, project, opened, tmp_path):
        store = project(proposed=False)
        draw(tmp_path / "x" / "1.jpg")
        add_photos(store, [tmp_path / "x"])
        review(store)
        export_labels(store, tmp_path / "x" / "labels.json", "coco")
        other = make_project(tmp_path / "other")
        opened.append(other)
        assert import_labels(other, tmp_path / "x" / "labels.json", ANN).problems == []
        assert content(other) == content(store)
        assert len(load_labelled(tmp_path / "x")) == 1


@pytest.mark.parametrize(
    ("folders", "names"),
    [
        (["/a/x", "/b/y"], ["x/1.jpg", "y/1.jpg"]),
        (["/a/photos", "/b/photos"], ["a/photos/1.jpg", "b/photos/1.jpg"]),
        (["/a/Photos", "/b/photos"], ["a/Photos/1.jpg", "b/photos/1.jpg"]),
        (["/a/b/photos", "/c/b/photos", "/x"], ["a/b/photos/1.jpg", "c/b/photos/1.jpg", "x/1.jpg"]),
        (["/photos", "/b/photos"], ["photos/1.jpg", "b/photos/1.jpg"]),
        (["C:\\data\\x", "D:\\data\\x"], ["C/data/x/1.jpg", "D/data/x/1.jpg"]),
        (["/"], ["1.jpg"]),
    ],
)
def test_names_begin_with_the_part_in_which_the_folders_differ(folders, names):
    found = photo_names((number, folder, "1.jpg") for number, folder in enumerate(folders))
    assert list(found.values()) == names


def test_photos_with_the_same_path_in_two_folders_get_different_names():
    found = photo_names([(1, "/p", "q/1.jpg"), (2, "/z/q", "1.jpg"), (3, "/y/p/q", "1.jpg")])
    assert len(set(found.values())) == 3


class TestPhotos:
    def test_a_photo_of_another_folder_gets_no_label(self, project, tmp_path):
        store = project(proposed=False)
        add_photos(store, [draw(tmp_path / "val" / "f.jpg").parent])
        file = write(tmp_path / "else" / "a.json", {"train/f.jpg": [triangle()]})
        summary = import_labels(store, file, ANN)
        assert (summary.imported, store.queue.counts().faces) == (0, 0)
        assert str(summary.problems[0]).startswith("train/f.jpg is not val/f.jpg")

    def test_photos_beside_the_file_are_taken_instead(self, project, tmp_path):
        store = project(proposed=False)
        for name in ("train/f.jpg", "val/f.jpg", "val/unlabelled.jpg"):
            draw(tmp_path / name)
        add_photos(store, [tmp_path / "val" / "f.jpg"])
        listed = {"train/f.jpg": [triangle()], "val/f.jpg": [triangle(9)], "val/unlabelled.jpg": []}
        summary = import_labels(store, write(tmp_path / "a.json", listed), ANN)
        assert (summary.imported, summary.problems, summary.has_unsearched_photos) == (2, [], True)
        points = {
            store.faces.get(face).photo: points[0, 0] for face, _, points, *_ in store.labels.all()
        }
        assert points == {tmp_path / "train/f.jpg": 10.25, tmp_path / "val/f.jpg": 19.25}
        assert store.queue.counts().photos == 3
        assert len(store.photos.unsearched()) == 3  # for further faces, like any other

    def test_reading_alone_changes_nothing(self, project, tmp_path):
        store = project(proposed=False)
        draw(tmp_path / "f.jpg")
        read_label_source(store, write(tmp_path / "a.json", {"f.jpg": [triangle()]}))
        assert store.queue.counts().photos == 0

    def test_a_photo_outside_the_file_s_folder_comes_too(self, project, tmp_path):
        store = project(proposed=False)
        draw(tmp_path / "photos" / "f.jpg")
        file = write(tmp_path / "labels" / "a.json", {"../photos/f.jpg": [triangle()]})
        assert import_labels(store, file, ANN).imported == 1
        assert list(store.photos.roots().values()) == [tmp_path / "photos"]

    def test_another_photo_in_its_place_is_named(self, project, tmp_path):
        store = project(proposed=False)
        add_photos(store, [draw(tmp_path / "x" / "1.jpg")])
        review(store)
        export_labels(store, tmp_path / "a.json", "coco")
        other = make_project(tmp_path / "other")
        draw(tmp_path / "x" / "1.jpg")
        add_photos(other, [tmp_path / "x"])
        summary = import_labels(other, tmp_path / "a.json", ANN)
        other.close()
        assert summary.imported == 0
        assert "is not the photo that was labelled" in str(summary.problems[0])

    def test_a_name_listed_with_two_sizes_is_not_used(self, project, tmp_path):
        store = project(proposed=False)
        draw(tmp_path / "f.jpg")
        file = write(tmp_path / "a.json", {"f.jpg": [triangle()]})
        data = json.loads(file.read_text())
        data["images"].append({"id": 9, "file_name": "f.jpg", "width": 50, "height": 50})
        file.write_text(json.dumps(data))
        summary = import_labels(store, file, ANN)
        assert summary.imported == 0
        assert str(summary.problems[0]).startswith("f.jpg is listed twice")


DETECTOR = """
import hashlib, json, sys
print(json.dumps({"ready": True}), flush=True)
for line in sys.stdin:
    faces = [[[6.0, 4.0, 42.0, 58.0], 0.9], [[60.0, 60.0, 30.0, 30.0], 0.8]]
    digest = hashlib.sha256(open(json.loads(line), "rb").read()).hexdigest()
    print(json.dumps({"sha256": digest, "width": 100, "height": 100, "faces": faces}), flush=True)
"""


class TestOrder:
    """Labels then photos is photos then labels."""

    @pytest.fixture(autouse=True)
    def detector(self, tmp_path, monkeypatch):
        script = tmp_path / "detector.py"
        script.write_text(DETECTOR)
        monkeypatch.setattr(detection_pool, "program", lambda: [sys.executable, str(script)])

    def everything(self, store: Store) -> set[tuple[object, ...]]:
        labels = {face: points.tobytes() for face, _, points, *_ in store.labels.all()}
        photos = {record.id: str(record.file) for record in store.photos.records()}
        return {
            (photos[photo], box, kind, verdict, labels.get(face))
            for face, photo, box, kind, verdict, _ in store.faces.boxes()
        }

    @pytest.mark.parametrize("proposals", [False, True])
    def test_the_order_of_two_imports_changes_nothing(self, project, opened, tmp_path, proposals):
        folder = tmp_path / "photos"
        for name in ("a.jpg", "b.jpg", "unlabelled.jpg"):
            draw(folder / name)
        small = triangle() * 0.2 + [70, 5]  # a face that the detector does not see
        listed = {"a.jpg": [triangle(), small], "b.jpg": [triangle(2)]}
        file = write(folder / "labels.json", listed)
        first, second = project(proposed=False), make_project(tmp_path / "second")
        opened.append(second)
        add_photos(first, [folder])
        search(first, lambda done, total: None, lambda changes: None)
        import_labels(first, file, ANN, proposals=proposals)
        import_labels(second, file, ANN, proposals=proposals)
        add_photos(second, [folder])
        search(second, lambda done, total: None, lambda changes: None)
        assert self.everything(first) == self.everything(second)
        assert first.queue.counts().faces == 7
        assert first.queue.counts().proposed == second.queue.counts().proposed
        kinds = sorted(kind for _, _, _, kind, *_ in first.faces.boxes())
        assert kinds == ["detected"] * 6 + ["landmarks"]

    def test_the_detected_box_is_compared_in_the_frame_of_the_landmarks(self):
        tight = tight_box(triangle())
        expected = CropConvention().landmark_box((6.0, 4.0, 42.0, 58.0), "detected")
        assert np.abs(np.subtract(tight, expected)).max() < 8

    def test_a_box_that_a_person_moved_stays(self, project, tmp_path):
        store = project(proposed=False)
        draw(tmp_path / "photos" / "a.jpg")
        import_labels(store, write(tmp_path / "photos" / "l.json", {"a.jpg": [triangle()]}), ANN)
        moved = (7.0, 5.0, 41.0, 57.0)
        store.boxes.change(ANN, 1, moved)
        search(store, lambda done, total: None, lambda changes: None)
        assert store.faces.get(1).box == moved
        assert store.queue.counts().faces == 2


class TestLandmarks:
    def named(self, project, tmp_path, names: tuple[str, ...], scheme=THREE) -> list[list[float]]:
        store = project(scheme=scheme, proposed=False)
        draw(tmp_path / "f.jpg")
        file = write(tmp_path / "a.json", {"f.jpg": [triangle()]}, names=names)
        import_labels(store, file, ANN)
        ((_, _, points, *_),) = store.labels.all()
        (face,) = load_labelled(file, names=scheme.names)
        assert face.points.tolist() == points.tolist()  # for training just the same
        return points.tolist()

    @pytest.mark.parametrize(
        ("names", "order"),
        [
            (("nose", "left", "right"), [1, 2, 0]),
            (("1", "2", "3"), [0, 1, 2]),
            (("p3", "p1", "p2"), [1, 2, 0]),
            (("", "", ""), [0, 1, 2]),
        ],
    )
    def test_they_are_sorted_by_name_or_number(self, project, tmp_path, names, order):
        assert self.named(project, tmp_path, names) == triangle()[order].tolist()

    @pytest.mark.parametrize(
        ("names", "file", "scheme"),
        [
            (("right", "left", "nose_tip"), "nose_tip", "nose"),
            (("Right", "Left", "Nose"), "Right, Left, Nose", "left, right, nose"),
            (("right", "left", "NOSE"), "NOSE", "nose"),
            (("chin", "brow", "ear"), "chin, brow, ear", "left, right, nose"),
        ],
    )
    def test_names_that_differ_are_refused_with_both_lists(
        self, project, tmp_path, names, file, scheme
    ):
        store = project(proposed=False)
        draw(tmp_path / "f.jpg")
        path = write(tmp_path / "a.json", {"f.jpg": [triangle()]}, names=names)
        words = rf"Only in the file: {file}\. Only in the scheme: {scheme}\."
        with pytest.raises(UserError, match=words):
            import_labels(store, path, ANN)
        assert store.queue.counts().photos == 0

    @pytest.mark.parametrize("far", [[-101, 50], [50, 201], [1e300, 5], [-1e18, -1e18]])
    @pytest.mark.parametrize("form", ["coco", "pts"])
    def test_a_face_with_a_landmark_far_outside_is_skipped_and_named(
        self, project, tmp_path, far, form
    ):
        store = project(proposed=False)
        for name in ("f.jpg", "g.jpg"):
            draw(tmp_path / "x" / name)
        bad = np.vstack([triangle()[:2], far])
        source = tmp_path / "x"
        if form == "coco":
            source = write(source / "a.json", {"f.jpg": [bad], "g.jpg": [triangle()]})
        else:
            for name, points in (("f", bad), ("g", triangle())):
                lines = "\n".join(f"{x} {y}" for x, y in points + 1)
                (source / f"{name}.pts").write_text(f"{{\n{lines}\n}}")
        summary = import_labels(store, source, ANN)
        assert (summary.imported, len(summary.problems)) == (1, 1)
        assert "a face of f" in str(summary.problems[0])
        assert "far outside the photo (100 x 100)" in str(summary.problems[0])
        told: list[str] = []
        (face,) = load_labelled(source, report=told.append)
        assert (Path(face.photo).name, len(told)) == ("g.jpg", 1)


class TestSizes:
    def test_labels_of_the_stored_picture_are_turned_if_asked(self, project, opened, tmp_path):
        draw(tmp_path / "f.jpg", (100, 80), 6)  # upright 80 x 100
        file = write(tmp_path / "raw.json", {"f.jpg": [triangle()]}, (100, 80))
        store = project(proposed=False)
        summary = import_labels(store, file, ANN)
        assert (summary.imported, store.queue.counts().faces) == (0, 0)
        assert str(summary.problems[0]).startswith(
            "f.jpg is 80 x 100 here, but raw.json labelled it at 100 x 80"
        )
        assert "--turn" in str(summary.problems[0])
        assert import_labels(store, file, ANN, scale=True).imported == 0
        assert import_labels(store, file, ANN, turn=True).imported == 1
        ((_, _, points, *_),) = store.labels.all()
        x, y = triangle().T
        np.testing.assert_array_equal(points, np.stack([79 - y, x], -1))

    def test_labels_of_a_smaller_copy_are_scaled_if_asked(self, project, tmp_path):
        draw(tmp_path / "f.jpg", (200, 200))
        file = write(tmp_path / "half.json", {"f.jpg": [triangle()]}, (100, 100))
        store = project(proposed=False)
        assert "--scale" in str(import_labels(store, file, ANN).problems[0])
        assert import_labels(store, file, ANN, turn=True).imported == 0
        assert import_labels(store, file, ANN, scale=True).imported == 1
        ((_, _, points, *_),) = store.labels.all()
        np.testing.assert_array_equal(points, (triangle() + 0.5) * 2 - 0.5)

    def test_training_refuses_them(self, tmp_path):
        from pipnet.data.coco import LabelError

        draw(tmp_path / "f.jpg", (200, 200))
        file = write(tmp_path / "half.json", {"f.jpg": [triangle()]}, (100, 100))
        with pytest.raises(LabelError, match=r"200 x 200 here, but half\.json labelled it at 100"):
            load_labelled(file)

    def test_a_pts_folder_cannot_be_turned(self, project, tmp_path):
        draw(tmp_path / "x" / "f.jpg")
        (tmp_path / "x" / "f.pts").write_text("{\n1 2\n30 4\n5 60\n}")
        with pytest.raises(UserError, match="do not state the size"):
            import_labels(project(proposed=False), tmp_path / "x", ANN, turn=True)


class TestRows:
    @pytest.mark.parametrize("known", [False, True])
    def test_the_second_copy_of_a_face_is_not_a_second_face(self, project, tmp_path, known):
        store = project(proposed=False)
        draw(tmp_path / "f.jpg")
        add_photos(store, [tmp_path / "f.jpg"])
        if known:
            store.faces.add([(1, tight_box(triangle(1)), "landmarks")])
        file = write(tmp_path / "a.json", {"f.jpg": [triangle(), triangle(2), triangle(45)]})
        summary = import_labels(store, file, ANN)
        assert (summary.imported, store.queue.counts().faces) == (2, 2)
        (problem,) = map(str, summary.problems)
        assert problem.startswith("f.jpg has the face around")
        again = import_labels(store, file, ANN)
        assert (again.imported, again.already_decided, store.queue.counts().faces) == (0, 2, 2)

    def test_a_pts_file_of_another_number_of_points_is_named(self, project, tmp_path):
        store = project(proposed=False)
        for name in "ab":
            draw(tmp_path / "x" / f"{name}.jpg")
        (tmp_path / "x" / "a.pts").write_text("{\n1 2\n30 4\n5 60\n}")
        (tmp_path / "x" / "b.pts").write_text("{\n1 2\n30 4\n}")
        summary = import_labels(store, tmp_path / "x", ANN)
        assert summary.imported == 1
        assert str(summary.problems[0]).startswith(
            "b.pts has 2 landmarks, this project's scheme has 3"
        )

    @pytest.mark.parametrize("suffix", ["JSON", "Json", "PTS"])
    def test_suffixes_in_capitals(self, project, tmp_path, suffix):
        store = project(proposed=False)
        draw(tmp_path / "f.jpg")
        if suffix == "PTS":
            (tmp_path / "f.PTS").write_text("{\n1 2\n30 4\n5 60\n}")
        else:
            write(tmp_path / f"a.{suffix}", {"f.jpg": [triangle()]})
        assert import_labels(store, tmp_path, ANN).imported == 1

    def test_of_several_json_files_one_has_to_be_chosen(self, project, tmp_path):
        for name in ("l.json", "m.JSON"):
            write(tmp_path / name, {})
        with pytest.raises(UserError, match=r"several \.json files \(l.json, m.JSON\); choose one"):
            import_labels(project(proposed=False), tmp_path, ANN)
