"""Reading and writing .pts and COCO, and folders of labelled faces."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from pipnet.data.coco import (
    CocoAnnotation,
    CocoCategory,
    CocoFile,
    CocoImage,
    LabelError,
    coco_text,
    parse_coco,
)
from pipnet.data.labelled_faces import landmark_order, load_labelled
from pipnet.data.photo_lookup import PhotoNames
from pipnet.data.pts import format_pts, read_pts
from pipnet.data.scheme import load_scheme

TRIANGLE = "version: 1\nn_points: 3\n{\n1 1\n10.5 20.25\n30 40\n}\n"


def format_coco(file: CocoFile) -> dict[str, Any]:
    written: dict[str, Any] = json.loads("".join(coco_text(file)))
    return written


positions = st.floats(-1e5, 1e5, allow_nan=False)


def shapes(count: int) -> st.SearchStrategy[NDArray[np.float64]]:
    return arrays(np.float64, (count, 2), elements=positions)


class TestPts:
    @pytest.mark.parametrize(
        "text",
        [
            TRIANGLE,
            "\ufeff" + TRIANGLE,
            TRIANGLE.replace("\n", "\r\n"),
            "version:1\nnpoints: 3\n{\n1 1\n10.5 20.25\n30 40\n}\n{\n0.5 0.5 0.5\n}\n",
            "n_points:  3\n\n{\n  1\t1 \n\n10.5 20.25\n3e1 40.0\n\n}",
            "{\n1 1 7\n10.5 20.25 -8.125\n30 40 9\n}",
            "version: 1\nn_points: 3\nimage: a.jpg\n{ 1 1\n10.5 20.25\n30 40 }",
        ],
        ids=["plain", "bom", "windows", "openface", "spaces", "3-D", "one line"],
    )
    def test_what_is_out_there(self, tmp_path: Path, text: str) -> None:
        path = tmp_path / "a.pts"
        path.write_bytes(text.encode())
        points = read_pts(path).points
        assert points.dtype == np.float64
        first = 1 if "\nnpoints:" in text else 0  # CLM tools count from 0
        assert (points - first).tolist() == [[0, 0], [9.5, 19.25], [29, 39]]
        assert read_pts(path, origin=0).points.tolist() == [[1, 1], [10.5, 20.25], [30, 40]]

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("", "has no points"),
            ("version: 1\n1 2\n3 4\n", 'has no "{"'),
            ("n_points: 2\n{\n1 2\n3 4\n", 'has no "}"'),
            ("n_points: 0\n{\n}\n", "has no points"),
            (TRIANGLE.replace("30 40\n", ""), "says n_points: 3, but holds 2 points"),
            (TRIANGLE.replace("3\n{", "many\n{"), "says n_points: many, but holds 3"),
            (TRIANGLE.replace("10.5", "nan"), "line 5: 'nan' is no position"),
            (TRIANGLE.replace("10.5", "-inf"), "line 5: '-inf' is no position"),
            (TRIANGLE.replace("10.5", "1e999"), "line 5: '1e999' is no position"),
            (TRIANGLE.replace("10.5", "1_0"), "line 5: '1_0' is not a number"),
            (TRIANGLE.replace("10.5 ", "10,5,"), "line 5: 1 columns where x and y belong"),
            (TRIANGLE.replace("10.5", "10 5 6"), "line 5: 4 columns"),
            (TRIANGLE.replace("30", "x"), "line 6: 'x' is not a number"),
        ],
    )
    def test_what_is_wrong_is_named(self, tmp_path: Path, text: str, words: str) -> None:
        path = tmp_path / "얼굴.pts"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(LabelError) as caught:
            read_pts(path)
        assert str(caught.value).startswith("얼굴.pts")
        assert words in str(caught.value)

    def test_files_that_are_no_landmarks(self, tmp_path: Path) -> None:
        with pytest.raises(LabelError, match=r"^a\.pts could not be opened: no such file"):
            read_pts(tmp_path / "a.pts")
        (tmp_path / "binary.pts").write_bytes(bytes(range(256)))
        with pytest.raises(LabelError, match=r"binary\.pts"):
            read_pts(tmp_path / "binary.pts")
        with (tmp_path / "scan.pts").open("wb") as stream:
            stream.truncate(20_000_000)
        with pytest.raises(LabelError, match="too large"):
            read_pts(tmp_path / "scan.pts")

    @settings(deadline=None)  # it writes files
    @given(st.integers(1, 99).flatmap(shapes), st.sampled_from([0, 1]))
    def test_round_trip(
        self, tmp_path_factory: pytest.TempPathFactory, points: NDArray[np.float64], origin: int
    ) -> None:
        path = tmp_path_factory.getbasetemp() / "round trip.pts"
        path.write_text(format_pts(points, origin), encoding="ascii")
        np.testing.assert_allclose(read_pts(path, origin).points, points, rtol=0, atol=1e-6)

    def test_layout(self) -> None:
        text = format_pts(np.array([[0.0, 0.5]]))
        assert text == "version: 1\nn_points: 1\n{\n1.000000 1.500000\n}\n"

    @pytest.mark.parametrize("points", [np.array([[np.nan, 1]]), np.zeros((2, 3)), np.zeros(4)])
    def test_points_that_cannot_be_written(self, points: NDArray[np.float64]) -> None:
        with pytest.raises(ValueError, match="finite points"):
            format_pts(points)

    def test_origin_is_zero_or_one(self, tmp_path: Path) -> None:
        with pytest.raises(ValueError, match="origin"):
            read_pts(tmp_path / "a.pts", origin=2)
        with pytest.raises(ValueError, match="origin"):
            format_pts(np.zeros((1, 2)), origin=-1)


SMALL: dict[str, Any] = {
    "info": {"year": 2024},
    "images": [{"id": 7, "file_name": "사진/a.jpg", "width": 640, "height": 480, "license": 3}],
    "categories": [
        {
            "id": 2,
            "name": "face",
            "supercategory": "person",
            "keypoints": ["left eye", "right eye", "nose"],
            "skeleton": [[1, 3], [3, 2]],
            "flip_idx": [1, 0, 2],
        }
    ],
    "annotations": [
        {
            "id": 11,
            "image_id": 7,
            "category_id": 2,
            "iscrowd": 0,
            "area": 99.5,
            "bbox": [1, 2.5, 30, 40],
            "num_keypoints": 2,
            "keypoints": [10.125, 20, 2, 0, 0, 0, -3.5, 7, 1],
            "score": 0.75,
            "attributes": {"blur": True},
        }
    ],
}


def parse(tmp_path: Path, data: object) -> CocoFile:
    path = tmp_path / "set.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    return parse_coco(path)


class TestCoco:
    def test_values(self, tmp_path: Path) -> None:
        file = parse(tmp_path, SMALL)
        assert file.images == (CocoImage(7, "사진/a.jpg", 640, 480, {"license": 3}),)
        category = file.categories[0]
        assert category.keypoints == ("left eye", "right eye", "nose")
        assert category.edges == ((0, 2), (2, 1))
        assert category.extra == {"supercategory": "person", "flip_idx": [1, 0, 2]}
        face = file.annotations[0]
        np.testing.assert_array_equal(face.points, [[10.125, 20], [np.nan] * 2, [-3.5, 7]])
        assert face.points.dtype == np.float64
        assert face.visibility.tolist() == [2, 0, 1]
        assert face.visibility.dtype == np.int8
        assert face.bbox == (1, 2.5, 30, 40)
        assert face.score == 0.75
        assert face.extra == {"iscrowd": 0, "area": 99.5, "attributes": {"blur": True}}

    def test_everything_is_written_again(self, tmp_path: Path) -> None:
        assert format_coco(parse(tmp_path, SMALL)) == SMALL

    def test_what_may_be_missing(self, tmp_path: Path) -> None:
        data = deepcopy(SMALL)
        del data["images"][0]["width"], data["images"][0]["height"]
        del data["categories"][0]["skeleton"]
        for key in ("bbox", "score", "area", "iscrowd", "num_keypoints"):
            del data["annotations"][0][key]
        data["annotations"][0]["bbox"] = None
        file = parse(tmp_path, data)
        assert (file.images[0].width, file.images[0].height) == (None, None)
        assert file.annotations[0].bbox is None
        assert file.annotations[0].score is None
        written = format_coco(file)
        assert "width" not in written["images"][0]
        row = written["annotations"][0]
        assert row["bbox"] == [-3.5, 7, 13.625, 13]  # the labelled points alone
        assert (row["area"], row["iscrowd"], row["num_keypoints"]) == (13.625 * 13, 0, 2)
        assert "score" not in row

    def test_a_face_without_any_label(self, tmp_path: Path) -> None:
        data = deepcopy(SMALL)
        data["annotations"][0] |= {"keypoints": [5, 5, 0] * 3, "bbox": None}
        row = format_coco(parse(tmp_path, data))["annotations"][0]
        assert row["keypoints"] == [0] * 9
        assert row["bbox"] == [0, 0, 0, 0]
        assert row["num_keypoints"] == 0

    def test_whole_numbers_written_as_floats(self, tmp_path: Path) -> None:
        data = deepcopy(SMALL)
        data["annotations"][0] |= {"id": 11.0, "image_id": 7.0}
        assert parse(tmp_path, data).annotations[0].id == 11

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"keypoints": [1, 2, 2, 3]}, "annotation 11: keypoints has 4 numbers"),
            ({"keypoints": [1, 2, 2] * 2}, "it has 2 keypoints, but its category 'face' has 3"),
            ({"keypoints": None}, "it has no list of keypoints"),
            ({"keypoints": [1, 2, 3] * 3}, "keypoint 1 has visibility 3"),
            ({"keypoints": [1, 2, 2, 1, 2, 0.5, 1, 2, 2]}, "keypoint 2 has visibility 0.5"),
            ({"keypoints": [float("nan"), 2, 2] * 3}, "annotation 11: keypoints holds nan"),
            ({"keypoints": [float("inf"), 2, 2] * 3}, "keypoints holds an endless number"),
            ({"keypoints": [10**400, 2, 2] * 3}, "keypoints holds an endless number"),
            ({"keypoints": ["1", 2, 2] * 3}, "keypoints holds a text where a number belongs"),
            ({"keypoints": [True, 2, 2] * 3}, "keypoints holds true or false where a number"),
            ({"keypoints": [None, 2, 2] * 3}, "keypoints holds null where a number"),
            ({"image_id": 8}, "annotation 11: image_id 8 is none of the file's images"),
            ({"image_id": "7"}, "annotation 11: image_id holds a text"),
            ({"image_id": 7.5}, "image_id is 7.5, not a whole number"),
            ({"category_id": 1}, "category_id 1 is none of the file's categories"),
            ({"bbox": [1, 2, 3]}, "annotation 11: bbox must be four numbers"),
            ({"bbox": [1, 2, -3, 4]}, "bbox has the size -3 x 4"),
            ({"bbox": [1, 2, float("inf"), 4]}, "annotation 11: bbox holds an endless number"),
            ({"score": "high"}, "annotation 11: score holds a text"),
            ({"id": None}, "annotation number 1: id holds null"),
        ],
    )
    def test_a_wrong_annotation(
        self, tmp_path: Path, change: dict[str, object], words: str
    ) -> None:
        data = deepcopy(SMALL)
        data["annotations"][0] |= change
        with pytest.raises(LabelError) as caught:
            parse(tmp_path, data)
        assert str(caught.value).startswith("set.json, annotation ")
        assert words in str(caught.value)

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            (lambda d: d.pop("categories"), 'it has no "categories"'),
            (lambda d: d.update(images={}), '"images" is an object, not a list'),
            (lambda d: d["images"].append(3), "image number 2: it is the number 3, not an object"),
            (lambda d: d["images"].append({"id": 8}), "image 8: it has no file_name"),
            (lambda d: d["images"].append(d["images"][0]), "image 7 twice"),
            (lambda d: d["annotations"].append(d["annotations"][0]), "annotation 11 twice"),
            (lambda d: d["categories"].append(d["categories"][0]), "category 2 twice"),
            (lambda d: d["annotations"].append({}), "annotation number 2: it has no id"),
            (lambda d: d["images"][0].update(width="640"), "image 7: width holds a text"),
            (lambda d: d["categories"][0].update(keypoints=[1]), "must be a list of names"),
            (lambda d: d["categories"][0].update(keypoints="abc"), "must be a list of names"),
            (lambda d: d["categories"][0].update(name=None), "category 2: it has no name"),
            (lambda d: d["categories"][0].update(skeleton=[[0, 1]]), "keypoint 0, but COCO counts"),
            (lambda d: d["categories"][0].update(skeleton=[[1, 4]]), "skeleton names keypoint 4"),
            (lambda d: d["categories"][0].update(skeleton=[1, 2]), "must be a list of pairs"),
            (lambda d: d["categories"][0].update(skeleton={}), None),
            (lambda d: d["categories"][0].update(skeleton=7), "must be a list of pairs"),
        ],
    )
    def test_a_wrong_file(
        self, tmp_path: Path, change: Callable[[dict[str, Any]], object], words: str | None
    ) -> None:
        data = deepcopy(SMALL)
        change(data)
        if words is None:
            assert parse(tmp_path, data).categories[0].edges == ()
            return
        with pytest.raises(LabelError, match=r"^set\.json") as caught:
            parse(tmp_path, data)
        assert words in str(caught.value)

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"", "is not JSON: line 1"),
            (b"{'a': 1}", "is not JSON: line 1, column 2"),
            (b"\xff\xfe\x00", "not UTF-8"),
            (b"[" * 100_000, "is not JSON that can be read"),
            (b"7", "it holds the number 7, not an object"),
            (b"null", "it holds null, not an object"),
            (b'[{"image_id": 1, "keypoints": []}]', "is a results file"),
            (b'{"images": [], "annotations": []}', 'it has no "categories"'),
        ],
    )
    def test_no_coco_at_all(self, tmp_path: Path, content: bytes, words: str) -> None:
        (tmp_path / "a.json").write_bytes(content)
        with pytest.raises(LabelError, match=r"^a\.json") as caught:
            parse_coco(tmp_path / "a.json")
        assert words in str(caught.value)

    def test_a_file_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(LabelError, match=r"^a\.json could not be opened: no such file"):
            parse_coco(tmp_path / "a.json")

    def test_writing_checks_ids_and_positions(self) -> None:
        image, category = CocoImage(1, "a.jpg", 9, 9), CocoCategory(1, "face", ("a",))
        point, seen = np.zeros((1, 2)), np.array([2], np.int8)
        face = CocoAnnotation(1, 1, 1, point, seen)
        wrong = [
            (CocoFile((image, image), (category,), ()), "used twice"),
            (CocoFile((image,), (category,), (face, face)), "used twice"),
            (CocoFile((), (category,), (face,)), "does not fit"),
            (CocoFile((image,), (CocoCategory(1, "f", ("a", "b")),), (face,)), "does not fit"),
            (
                CocoFile((image,), (category,), (CocoAnnotation(1, 1, 1, point * np.nan, seen),)),
                "without a position",
            ),
        ]
        for file, words in wrong:
            with pytest.raises(ValueError, match=words):
                format_coco(file)

    @settings(deadline=None)  # it writes files
    @given(st.data())
    def test_round_trip(
        self, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
    ) -> None:
        count = data.draw(st.integers(1, 12))
        index = st.integers(0, count - 1)
        names = tuple(data.draw(st.lists(st.text(), min_size=count, max_size=count)))
        edges = tuple(data.draw(st.lists(st.tuples(index, index), max_size=5)))
        category = CocoCategory(3, "face", names, edges, {"flip_idx": list(range(count))})
        ids = data.draw(st.lists(st.integers(0, 10**12), min_size=1, max_size=4, unique=True))
        images = tuple(CocoImage(i, data.draw(st.text(min_size=1)), 5, 6) for i in ids)
        faces = []
        for number in range(data.draw(st.integers(0, 4))):
            visibility = data.draw(arrays(np.int8, count, elements=st.integers(0, 2)))
            points = data.draw(shapes(count))
            points[visibility == 0] = np.nan
            box = data.draw(st.tuples(positions, positions, *[st.floats(0, 1e6)] * 2))
            score = data.draw(st.none() | st.floats(0, 1))
            image = data.draw(st.sampled_from(ids))
            faces.append(CocoAnnotation(number, image, 3, points, visibility, box, score))
        path = tmp_path_factory.getbasetemp() / "round trip.json"
        written = format_coco(CocoFile(images, (category,), tuple(faces)))
        path.write_text(json.dumps(written), encoding="utf-8")
        file = parse_coco(path)
        assert (file.images, file.categories) == (images, (category,))
        for ours, theirs in zip(faces, file.annotations, strict=True):
            np.testing.assert_array_equal(theirs.points, ours.points)
            np.testing.assert_array_equal(theirs.visibility, ours.visibility)
            assert (theirs.bbox, theirs.score) == (ours.bbox, ours.score)
            assert (theirs.id, theirs.image_id) == (ours.id, ours.image_id)


class TestPhotoNames:
    def test_the_exact_stem_comes_first(self) -> None:
        names = PhotoNames(["a.jpg", "a_1.jpg", "b.PNG", "b.jpg", "한글.jpg"])
        assert names.match("a") == ["a.jpg"]
        assert names.match("a_1") == ["a_1.jpg"]
        assert names.match("a_2") == ["a.jpg"]
        assert names.match("b") == ["b.PNG", "b.jpg"]
        assert names.match("b.jpg") == ["b.jpg"]
        assert names.match("b.jpg_3") == ["b.jpg"]
        assert names.match("A") == ["a.jpg"]
        assert names.match("\u1112\u1161\u11ab\u1100\u1173\u11af") == ["한글.jpg"]
        assert names.match("a_x") == []

    def test_stems_avoid_other_photos(self) -> None:
        names = PhotoNames(["a.jpg", "a_1.jpg", "a_3.png", "b.png", "B.jpg"])
        assert names.stems("a.jpg", 1) == ["a"]
        assert names.stems("a.jpg", 3) == ["a_2", "a_4", "a_5"]
        assert names.stems("a_1.jpg", 2) == ["a_1_1", "a_1_2"]
        assert names.stems("b.png", 1) == ["b.png"]
        assert names.stems("B.jpg", 2) == ["B.jpg_1", "B.jpg_2"]

    @given(
        st.dictionaries(
            st.from_regex(r"[aA](_[12]){0,2}(\.jpg){0,2}\.(jpg|png)", fullmatch=True),
            st.integers(1, 3),
            max_size=8,
        )
    )
    def test_every_stem_leads_back(self, photos: dict[str, int]) -> None:
        names = PhotoNames(photos)
        written = [(stem, name) for name, n in photos.items() for stem in names.stems(name, n)]
        assert len({stem for stem, _ in written}) == len(written) == sum(photos.values())
        for stem, name in written:
            assert names.match(stem) == [name]


class TestLoadLabelled:
    def test_pts_beside_photos(self, tmp_path: Path) -> None:
        for name in ("b/한글.png", "a.JPG", "c_1.jpg", ".hidden/x.pts", "notes.txt"):
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).touch()
        for name in ("b/한글.pts", "a.PTS", "c_1.pts", "a_2.pts", "._a.pts"):
            (tmp_path / name).write_text(TRIANGLE)
        faces = load_labelled(tmp_path)
        names = [Path(face.photo).relative_to(tmp_path).as_posix() for face in faces]
        assert names == ["a.JPG", "a.JPG", "b/한글.png", "c_1.jpg"]
        assert all(face.points.shape == (3, 2) for face in faces)
        assert faces[0].box is None
        assert faces[0].visibility is None
        assert load_labelled(tmp_path, origin=0)[0].points[0].tolist() == [1, 1]

    def test_what_is_missing_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(LabelError, match=r"gone could not be opened: no such file"):
            load_labelled(tmp_path / "gone")
        with pytest.raises(LabelError, match=r"holds neither \.pts files beside photos nor"):
            load_labelled(tmp_path)
        (tmp_path / "a.pts").write_text(TRIANGLE)
        with pytest.raises(LabelError, match=r"a\.pts has no photo beside it: put a\.jpg"):
            load_labelled(tmp_path)
        for name in ("a.jpg", "a.png"):
            (tmp_path / name).touch()
        with pytest.raises(LabelError, match=r"a\.pts could belong to a\.jpg or a\.png"):
            load_labelled(tmp_path)

    def test_schemes_are_not_mixed(self, tmp_path: Path) -> None:
        for name in ("a", "b"):
            (tmp_path / f"{name}.jpg").touch()
        (tmp_path / "a.pts").write_text(TRIANGLE)
        (tmp_path / "b.pts").write_text("{\n1 1\n}")
        with pytest.raises(LabelError, match=r"a\.jpg has 3 points, b\.jpg 1\."):
            load_labelled(tmp_path)

    def test_coco(self, tmp_path: Path) -> None:
        data = deepcopy(SMALL)
        unlabelled = data["annotations"][0] | {"id": 12, "keypoints": [0] * 9}
        data["annotations"].append(unlabelled)
        path = tmp_path / "set.json"
        path.write_text(json.dumps(data), encoding="utf-8")
        with pytest.raises(LabelError, match=r"none of the photos that set\.json names is there"):
            load_labelled(path)
        (tmp_path / "사진").mkdir()
        (tmp_path / "사진" / "a.jpg").touch()
        for source in (path, tmp_path):
            (face,) = load_labelled(source)
            assert Path(face.photo) == tmp_path / "사진" / "a.jpg"
            assert face.box == (1, 2.5, 30, 40)
            assert face.visibility is not None
            assert face.visibility.tolist() == [2, 0, 1]
            assert np.isnan(face.points[1]).all()
        (tmp_path / "other.json").write_text("{}")
        with pytest.raises(LabelError, match=r"several \.json files \(other\.json, set\.json\)"):
            load_labelled(tmp_path)

    def test_a_photo_of_coco_that_is_gone_is_left_to_who_reads_it(self, tmp_path: Path) -> None:
        data = deepcopy(SMALL)
        data["images"].append(data["images"][0] | {"id": 99, "file_name": "사진/gone.jpg"})
        data["annotations"].append(data["annotations"][0] | {"id": 13, "image_id": 99})
        path = tmp_path / "set.json"
        path.write_text(json.dumps(data), encoding="utf-8")
        (tmp_path / "사진").mkdir()
        (tmp_path / "사진" / "a.jpg").touch()
        assert [Path(face.photo).name for face in load_labelled(path)] == ["a.jpg", "gone.jpg"]

    def test_coco_from_windows(self, tmp_path: Path) -> None:
        data = deepcopy(SMALL)
        data["images"][0]["file_name"] = "photos\\a.jpg"
        (tmp_path / "photos").mkdir()
        (tmp_path / "photos" / "a.jpg").touch()
        (tmp_path / "set.json").write_text(json.dumps(data))
        (face,) = load_labelled(tmp_path)
        assert Path(face.photo).is_file()

    def test_coco_without_faces(self, tmp_path: Path) -> None:
        (tmp_path / "a.json").write_text(json.dumps({**SMALL, "annotations": []}))
        with pytest.raises(LabelError, match="holds no labelled face"):
            load_labelled(tmp_path)


@pytest.mark.shared
class TestRealData:
    @pytest.mark.parametrize(
        ("folder", "faces", "points"),
        [("helen", 870, 68), ("scut86", 120, 86), ("ytf_labelled", 300, 68), ("afw", 337, 68)],
    )
    def test_counts(self, shared: Path, folder: str, faces: int, points: int) -> None:
        found = load_labelled(shared / "faces" / folder)
        assert len(found) == faces
        assert {face.points.shape for face in found} == {(points, 2)}

    def test_pts_are_shifted_by_one(self, shared: Path) -> None:
        path = shared / "faces" / "helen" / "100032540_1.pts"
        first = path.read_text().splitlines()[3]
        assert (read_pts(path).points[0] + 1).tolist() == [float(word) for word in first.split()]

    def test_coco_is_written_as_it_was(self, shared: Path) -> None:
        path = shared / "faces" / "afw" / "afw.json"
        assert format_coco(parse_coco(path)) == json.loads(path.read_text())


def test_numbers_in_a_file_mean_the_order_of_a_named_scheme() -> None:
    names = load_scheme("300w").names
    assert landmark_order([str(k) for k in range(1, 69)], names, "x.json") == list(range(68))
    turned = [f"p{k}" for k in range(67, -1, -1)]
    assert landmark_order(turned, names, "x.json") == list(range(67, -1, -1))
    with pytest.raises(LabelError, match="names other landmarks"):
        landmark_order([f"{name}x" for name in names], names, "x.json")
