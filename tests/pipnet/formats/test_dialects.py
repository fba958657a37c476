"""Dialects of label files: each is read with its values, or what is not read is named."""

from __future__ import annotations

import json
from pathlib import Path

import h5py
import numpy as np
import pytest

from pipnet.data.coco import LabelError
from pipnet.formats.label_file import FRACTION, PIXELS, LabelFile
from pipnet.formats.registry import read_labels
from tests.pipnet.formats.test_users_files import check, point, read, shape

NAN = np.nan


def seen(file: LabelFile) -> list[list[int]]:
    return [face.visibility.tolist() for face in file.faces]


HEAD = "version: 1\nn_points: 3\n{\n"


@pytest.mark.parametrize(
    "content",
    [
        HEAD + "10.5 20.5 # the corner\n30 40 // an eye\n50 60\n}\n",
        (HEAD + "10.5 20.5\n30 40\n50 60\n}\n").replace("\n", "\r"),
        HEAD + "10.5, 20.5\n30, 40\n50, 60\n}\n", HEAD + "10.5,20.5\n30,40\n50,60\n}\n",
        HEAD.replace("3", "03") + "1.05e1 2.05e+01\n30 40\n50 60\n}\n",
        HEAD + "1 10.5 20.5\n2 30 40\n3 50 60\n}\n", HEAD + "0 10.5 20.5\n1 30 40\n2 50 60\n}\n",
        "3\n10.5 20.5\n30 40\n50 60\n",
    ],
)  # fmt: skip
def test_pts_with_comments_commas_and_numbers_in_front(tmp_path, content):
    check(read(tmp_path, "a.pts", content), [[9.5, 19.5], [29, 39], [49, 59]])


def test_a_third_column_of_pts_is_depth_unless_the_first_counts(tmp_path):
    content = HEAD + "1 10.5 20.5\n2 30 40\n4 50 60\n}\n"
    check(read(tmp_path, "a.pts", content), [[0, 9.5], [1, 29], [3, 49]])


WFLW_POINTS = "1.5 2.5 3.5 4.5 5.5 6.5 7.5 8.5"


@pytest.mark.parametrize(
    ("rest", "name", "box"),
    [
        ("1 2 9 10 0 1 0 0 0 0 7 up/a b.jpg", "7 up/a b.jpg", (1, 2, 8, 8)),
        ("5 5 5 5 0 0 0 0 0 0 a.jpg", "a.jpg", (1.5, 2.5, 6, 6)),
        ("1 2 9 10 a.jpg", "a.jpg", (1, 2, 8, 8)), ("a.jpg", "a.jpg", (1.5, 2.5, 6, 6)),
    ],
)  # fmt: skip
def test_rectangles_and_names_of_wflw(tmp_path, rest, name, box):
    file = read(tmp_path, "list.txt", f"{WFLW_POINTS} {rest}\n")
    check(file, [[1.5, 2.5], [3.5, 4.5], [5.5, 6.5], [7.5, 8.5]])
    assert (file.faces[0].photo, file.faces[0].box) == (name, box)


def test_a_list_with_the_name_in_front_may_have_pixels(tmp_path):
    file = read(tmp_path, "list.txt", "a.jpg 10.5 20 30 40\n")
    assert (file.unit, len(file.notes)) == (PIXELS, 1)
    assert read(tmp_path, "shares.txt", "a.jpg 0.5 0.25 -0.1 1.1\n").unit == FRACTION


def coco(**details: object) -> dict:
    row = {"id": 1, "image_id": 1, "category_id": 1, "keypoints": [10, 20, 2, 0, 0, 2, 3, 4, 1]}
    return {
        "images": [{"id": 1, "file_name": "a.jpg"}],
        "categories": [{"id": 1, "name": "f", "keypoints": ["x", "y", "z"], "skeleton": []}],
        "annotations": [row | details],
    }


def test_points_of_coco_that_were_never_placed(tmp_path):
    file = read(tmp_path, "a.json", coco(num_keypoints=2))
    check(file, [[10, 20], [NAN, NAN], [3, 4]])
    assert "not counted by num_keypoints" in file.notes[0]
    file = read(tmp_path, "b.json", coco(num_keypoints=3))
    check(file, [[10, 20], [0, 0], [3, 4]])
    assert "at (0, 0)" in file.notes[0]
    file = read(tmp_path, "c.json", coco(keypoints=[1, 2, 2, None, None, 0, NAN, NAN, 0]))
    check(file, [[1, 2], [NAN, NAN], [NAN, NAN]])


def test_names_of_coco_that_repeat_are_none(tmp_path):
    data = coco()
    data["categories"][0]["keypoints"] = ["p", "p", "p"]
    file = read(tmp_path, "a.json", data)
    assert (file.names, "share a name" in file.notes[0]) == (None, True)


def crowd(**details: object) -> dict:
    return {"segmentation": {"counts": "abc", "size": [9, 9]}, "iscrowd": 1, **details}


def test_crowds_of_coco(tmp_path):
    data = coco()
    data["annotations"].append(data["annotations"][0] | crowd(id=2, keypoints=[0] * 9))
    data["annotations"].append(data["annotations"][0] | crowd(id=3))
    file = read(tmp_path, "a.json", data)
    assert len(file.faces) == 2
    assert "1 annotations stand for a crowd: left out" in file.notes


def task(*regions: dict, **details: object) -> dict:
    return {"id": 1, "data": {"image": "a.jpg"}, "annotations": [{"result": regions}], **details}


def test_labels_and_choices_of_label_studio_in_regions_of_their_own(tmp_path):
    bare = {**point("a", "", 10, 20), "type": "keypoint"}
    bare["value"] = {"x": 10, "y": 20, "width": 1}
    label = {**bare, "type": "labels", "value": {**bare["value"], "labels": ["eye"]}}
    choice = {**bare, "type": "choices", "value": {**bare["value"], "choices": ["Occluded"]}}
    file = read(tmp_path, "a.json", [task(bare, label, choice, point("b", "nose", 30, 40))])
    check(file, [[20, 20], [60, 40]])
    assert (file.names, seen(file)) == (("eye", "nose"), [[1, 2]])
    second = point("a", "eye", 10, 20)
    second["value"]["keypointlabels"] = ["hidden", "eye"]
    file = read(tmp_path, "b.json", [task(second)])
    assert (file.names, seen(file)) == (("eye",), [[1]])


def test_label_studio_from_cloud_storage_turned_and_as_csv(tmp_path):
    row = {"id": 3, "result": [point("a", "eye", 10, 20)], "task": {"data": {"image": "a.jpg"}}}
    file = read(tmp_path, "3.json", row)
    check(file, [[20, 20]])
    assert list(file.photos) == ["a.jpg"]
    turned = {**point("a", "eye", 10, 20), "image_rotation": 90}
    assert "turned photo" in read(tmp_path, "b.json", [task(turned)]).notes[0]
    with pytest.raises(LabelError, match=r"CSV export of Label Studio.*JSON"):
        read(tmp_path, "c.csv", 'annotation_id,id,image,kp,lead_time\n1,1,a.jpg,"[{""x"":1}]",2\n')


def cvat(*parts: str) -> str:
    return f"<annotations><version>1.1</version>{''.join(parts)}</annotations>"


def image(shapes: str, name: str = "a.jpg", **details: str) -> str:
    said = " ".join(f'{key}="{value}"' for key, value in details.items())
    return f'<image id="0" name="{name}" width="90" height="20" {said}>{shapes}</image>'


def dot(label: str, x: int, y: int, **details: str) -> str:
    said = " ".join(f'{key}="{value}"' for key, value in details.items())
    return f'<points label="{label}" points="{x},{y}" {said}/>'


def box(left: int, top: int, right: int, bottom: int, rest: str = "") -> str:
    return f'<box label="f" xtl="{left}" ytl="{top}" xbr="{right}" ybr="{bottom}" {rest}/>'


def test_one_point_shapes_of_cvat_belong_to_their_box_or_group(tmp_path):
    dots = dot("eye", 1, 2) + dot("nose", 3, 4) + dot("eye", 51, 2)
    boxes = box(0, 0, 9, 9) + box(50, 0, 59, 9)
    file = read(tmp_path, "a.xml", cvat(image(dots + boxes)))
    assert file.names == ("eye", "nose")
    check(file, [[1, 2], [3, 4]], [[51, 2], [NAN, NAN]])
    assert [face.box for face in file.faces] == [(0, 0, 9, 9), (50, 0, 9, 9)]
    grouped = dot("eye", 1, 2, group_id="1") + dot("eye", 3, 4, group_id="2")
    check(read(tmp_path, "b.xml", cvat(image(grouped + box(0, 0, 9, 9)))), [[1, 2]], [[3, 4]])
    turned = cvat(image(dot("eye", 1, 2) + box(0, 0, 9, 9, 'rotation="30.0"')))
    assert "1 shapes of kind `box` are left out" in read(tmp_path, "c.xml", turned).notes


def test_tracks_of_single_points_are_one_face_of_a_frame(tmp_path):
    tracks = [
        f'<track id="0" label="{label}">{dot("", x, 2, frame="0", keyframe="1")}'
        f"{dot('', x, 3, frame='1', keyframe='0')}"
        f"{dot('', x, 3, frame='2', outside='1')}</track>"
        for label, x in (("eye", 1), ("nose", 5))
    ]
    boxes = f'<track id="2" label="f">{box(1, 1, 5, 5)}</track>'
    file = read(tmp_path, "a.xml", cvat(*tracks, boxes))
    assert file.names == ("eye", "nose")
    check(file, [[1, 2], [5, 2]], [[1, 3], [5, 3]])
    assert "2 shapes of tracks lie between key frames: nobody placed them" in file.notes
    assert "1 shapes of kind `box` are left out" in file.notes


def test_photos_of_one_name_in_subsets_of_a_cvat_project(tmp_path):
    dots = dot("eye", 1, 2) + dot("nose", 3, 4)
    parts = [image(dots, subset="Train"), image(dots, subset="Test"), image(dots, "b.jpg")]
    file = read(tmp_path, "a.xml", cvat(*parts))
    assert list(file.photos) == ["Train/a.jpg", "Test/a.jpg", "b.jpg"]


def region(x: float, y: float, **attributes: object) -> dict:
    return {"shape_attributes": {"name": "point", "cx": x, "cy": y},
            "region_attributes": attributes}  # fmt: skip


def via(*regions: dict) -> dict:
    return {"a.jpg-1": {"filename": "a.jpg", "size": -1, "regions": list(regions)}}


@pytest.mark.parametrize(
    "regions",
    [
        [region(1, 2, Landmarks="eye"), region(3, 4, Landmarks="nose")],
        [region(1, 2, part={"eye": True, "nose": False}), region(3, 4, part={"nose": True})],
        [region(1, 2, Name="eye", group="x"), region(3, 4, Name="nose", group="x")],
    ],
)
def test_attributes_of_via_that_name_landmarks(tmp_path, regions):
    file = read(tmp_path, "a.json", via(*regions))
    assert file.names == ("eye", "nose")
    check(file, [[1, 2], [3, 4]])


def test_rectangles_of_via_are_faces(tmp_path):
    rect = {"name": "rect", "x": 100, "y": 0, "width": 50, "height": 40}
    dots = [region(x, 4, name=name) for x in (1, 101) for name in ("eye", "nose")]
    dots.append({"shape_attributes": rect, "region_attributes": {}})
    file = read(tmp_path, "a.json", via(*dots))
    check(file, [[1, 4], [1, 4]], [[101, 4], [101, 4]])
    assert file.faces[1].box == (100, 0, 50, 40)


def test_regions_of_via_1_are_in_the_order_of_their_numbers(tmp_path):
    data = via()
    data["a.jpg-1"]["regions"] = {str(k): region(k, 0) for k in (0, 1, 10, 2)}
    file = read(tmp_path, "a.json", data)
    check(file, [[0, 0], [1, 0], [2, 0], [10, 0]])
    assert read(tmp_path, "b.json", {"_via_img_metadata": {}}).faces == []


ATTRIBUTES = {
    "1": {"aname": "name", "options": {}},
    "2": {"aname": "side", "options": {"0": "left"}},
}


def test_a_project_of_via_3(tmp_path):
    regions = {
        "1_a": {"vid": "1", "xy": [1, 10.5, 20], "av": {"1": "eye", "2": "0"}},
        "1_b": {"vid": "1", "xy": [1, 30, 40], "av": {"1": "nose"}},
        "1_c": {"vid": "1", "xy": [2, 0, 0, 50, 60], "av": {}},
        "1_d": {"vid": "1", "xy": [], "z": [1.5], "av": {"1": "a time"}},
    }
    data = {
        "project": {"data_format_version": "3.1.1"}, "config": {}, "attribute": ATTRIBUTES,
        "file": {"7": {"fid": "7", "fname": "a.jpg"}, "8": {"fid": "8", "fname": "b.jpg"}},
        "metadata": regions, "view": {"1": {"fid_list": ["7"]}, "2": {"fid_list": [8]}},
    }  # fmt: skip
    file = read(tmp_path, "a.json", data)
    assert (file.format, file.names) == ("via", ("eye", "nose"))
    check(file, [[10.5, 20], [30, 40]])
    assert (list(file.photos), file.faces[0].box) == (["a.jpg", "b.jpg"], (0, 0, 50, 60))


def test_a_table_of_via_3(tmp_path):
    options = {"1": {"aname": "name", "options": {"0": "eye", "1": "nose"}}}
    lines = [
        "# Exported using VGG Image Annotator (http://www.robots.ox.ac.uk/~vgg/software/via)",
        '# SHAPE_ID = {"POINT":1,"RECTANGLE":2}', f"# ATTRIBUTE = {json.dumps(options)}",
        "# CSV_HEADER = metadata_id,file_list,flags,temporal_coordinates,spatial_coordinates,"
        "metadata",
        '"1_a","[""a.jpg""]",0,"[]","[1,10.5,20]","{""1"":""0""}"',
        '"1_b","[""a.jpg""]",0,"[]","[1,30,40]","{""1"":""1""}"',
    ]  # fmt: skip
    file = read(tmp_path, "a.csv", "\n".join(lines))
    assert file.names == ("eye", "nose")
    check(file, [[10.5, 20], [30, 40]])


def test_a_turned_rectangle_of_x_anylabeling_is_a_box(tmp_path):
    corners = [[0, 0], [50, 10], [40, 60], [-10, 50]]
    shapes = [shape("face", corners, 1, "rotation"), shape("eye", [[1, 2]], 1),
              shape("iris", [[3, 4], [5, 4]], 1, "circle")]  # fmt: skip
    data = {"shapes": shapes, "imagePath": "a.jpg", "imageData": None}
    file = read(tmp_path, "a.json", data)
    check(file, [[1, 2]])
    assert file.faces[0].box == (-10, 0, 60, 60)
    assert file.notes == ["a.json: 1 shapes are no points or rectangles and are left out"]


def rows_of(count: int, values: int, score: bool = False) -> str:
    """Rows of YOLO-pose whose landmarks lie in their box; the third value is a confidence."""
    generator = np.random.default_rng(count)
    lines = []
    for _ in range(3):
        points = generator.uniform([0.42, 0.25, 0.8], [0.58, 0.45, 0.99], (count, 3))
        numbers = [*points[:, :values].ravel(), *([0.913] if score else [])]
        lines.append("0 0.5 0.35 0.2 0.22 " + " ".join(f"{number:.5f}" for number in numbers))
    return "\n".join(lines)


@pytest.mark.parametrize("count", [2, 3, 5, 6, 29, 68])
@pytest.mark.parametrize(("values", "score"), [(2, False), (3, False), (3, True), (2, True)])
def test_predictions_of_yolo_are_told_from_labels(tmp_path, count, values, score):
    file = read(tmp_path, "a.txt", rows_of(count, values, score))
    points = np.random.default_rng(count).uniform([0.42, 0.25, 0.8], [0.58, 0.45, 0.99], (count, 3))
    np.testing.assert_allclose(file.faces[0].points, points[:, :2], atol=1e-5)
    expected = 0.913 if score else points[:, 2].mean() if values == 3 else None
    assert file.faces[0].score == (None if expected is None else pytest.approx(expected, abs=1e-5))


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("0 0.1 0.1 0.3 0.1 0.3 0.3 0.1 0.3", "turned boxes"),
        ("0 0.5 0.5 0.2 0.2 0.45 0.5 0.55 0.5\n0 0.5 0.5 0.2 0.2 0.4 0.5 0.5 0.5 0.5 0.4 0.4 0.4",
         "outlines"),
        ("0 0.5 0.5 0.2 0.2 0.45 0.5 2\n0 0.5 0.5 0.2 0.2", "boxes only"),
    ],
)  # fmt: skip
def test_other_rows_of_yolo_are_named(tmp_path, row, words):
    with pytest.raises(LabelError, match=words):
        read(tmp_path, "a.txt", row)


@pytest.mark.parametrize("folder", ["labels/train", "train/labels", "labels"])
def test_the_yaml_file_of_yolo_finds_its_labels(tmp_path, folder):
    read(tmp_path, f"{folder}/a.txt", "0.0 0.5 0.5 0.2 0.2 0.45 0.5 2.000 0 0 0\n")
    file = read(tmp_path, "data.yaml", "kpt_shape: [2, 3]\nnames: [face]\n")
    check(file, [[0.45, 0.5], [NAN, NAN]])


@pytest.mark.parametrize(
    "content",
    [
        '"scorer","me","me"\n"bodyparts","eye","eye"\n"coords","x","y"\n"v/i.png","1.5","2"\n',
        "scorer;me;me\nbodyparts;eye;eye\ncoords;x;y\nv/i.png;1,5;2\n",
        "scorer,m,m,m,set\nbodyparts,eye,eye,eye,\ncoords,x,y,likelihood,\nv/i.png,1.5,2,1,train\n",
        "scorer,m,m,m\nbodyparts,eye,eye,eye\ncoords,x,y,x_ens_median\nv/i.png,1.5,2,9\n",
    ],
)
def test_tables_of_deeplabcut_that_were_saved_again_or_say_more(tmp_path, content):
    check(read(tmp_path, "a.csv", content), [[1.5, 2]])


def level(group: h5py.Group, name: str, rows: list[tuple[str, ...]]) -> None:
    """An axis of a table as pandas stores it."""
    for number, words in enumerate(zip(*rows, strict=True)):
        different = sorted(set(words))
        group[f"{name}_level{number}"] = np.array([word.encode() for word in different])
        group[f"{name}_label{number}"] = np.array(
            [different.index(word) for word in words], np.int8
        )


def test_a_deeplabcut_table_of_several_animals_and_kinds_of_numbers(tmp_path):
    columns = [
        ("me", animal, part, axis)
        for animal, parts in (("m1", ("eye", "nose")), ("m2", ("eye", "nose")), ("single", ("c",)))
        for part in parts
        for axis in "xy"
    ]
    whole = [2, 3]  # a block of its own for whole numbers, out of order
    others = [k for k in range(10) if k not in whole]
    values = np.arange(20.0).reshape(2, 10)
    values[1, :2] = NAN
    with h5py.File(tmp_path / "a.h5", "w") as data:
        group = data.create_group("df_with_missing")
        group.attrs.update(pandas_type=b"frame", nblocks=2)
        level(group, "axis0", columns)
        level(group, "axis1", [("labeled-data", "v", f"{k}.png") for k in range(2)])
        for block, taken in enumerate((others, whole)):
            level(group, f"block{block}_items", [columns[k] for k in taken])
            group[f"block{block}_values"] = values[:, taken].astype(int if block else float)
    file = read_labels(tmp_path / "a.h5")
    animals = [[[0, 1], [2, 3]], [[4, 5], [6, 7]], [[8, 9]]]
    later = [[[NAN, NAN], [12, 13]], [[14, 15], [16, 17]], [[18, 19]]]
    check(file, *animals, *later)
    assert file.faces[0].names == ("eye", "nose")
    assert file.faces[2].photo == "labeled-data/v/0.png"


@pytest.mark.parametrize(
    ("first", "place"),
    [("NA NA", [NAN, NAN]), ("-999 -999", [NAN, NAN]), ("-1 -1", [NAN, NAN]), ("1,5 2,", [1.5, 2])],
)
def test_missing_landmarks_and_decimal_commas_of_tps(tmp_path, first, place):
    file = read(tmp_path, "a.tps", f"LM=2\n{first}\n3 4\nCOMMENT=x\nIMAGE=a b.jpg\nSCALE=0,01\n")
    check(file, [place, [3, 4]])


def test_other_negative_numbers_of_tps_are_named(tmp_path):
    file = read(tmp_path, "a.tps", "LM=1\n-5 -6\nIMAGE=a.jpg\n")
    check(file, [[-5, -6]])
    assert "1 landmarks have negative numbers" in file.notes[1]


def test_ljson_without_labels_and_with_nan(tmp_path):
    text = '{"version": 2, "landmarks": {"points": [[20, 10], [NaN, NaN], [null, null]]}}'
    check(read(tmp_path, "a.ljson", text), [[10, 20], [NAN, NAN], [NAN, NAN]])


def openface(*rows: tuple[object, ...], front: str) -> str:
    axes = [f"{axis}_{k}" for axis in ("eye_lmk_x", "x", "y", "X") for k in range(68)]
    shifts = (500, 10, 20, 900)
    lines = [", ".join([front, *axes])]
    for row in rows:
        numbers = [shift + k for shift in shifts for k in range(68)]
        lines.append(", ".join(map(str, [*row, *numbers])))
    return "\r\n".join(lines)


def test_openface_of_videos_and_of_photos(tmp_path):
    rows = [(1, 0, 0.0, 0.98, 1), (1, 1, 0.0, 0.5, 1), (2, 0, 0.1, 0, 0)]
    front = "frame, face_id, timestamp, confidence, success"
    file = read(tmp_path, "v.csv", openface(*rows, front=front))
    assert [face.photo for face in file.faces] == ["frame 1", "frame 1", "frame 2"]
    assert [face.score for face in file.faces] == [0.98, 0.5, 0]
    assert "1 frames in which the face was lost (confidence 0)" in file.notes
    one = openface((0, 0.9), (1, 0.8), front="face, confidence")
    file = read(tmp_path, "photos/sub/a.csv", one)
    assert (file.has_stems, [face.photo for face in file.faces]) == (True, ["a", "a"])
    np.testing.assert_array_equal(file.faces[0].points, [[10 + k, 20 + k] for k in range(68)])
    read(tmp_path, "photos/b.csv", one)
    file = read_labels(tmp_path / "photos")
    assert (file.has_stems, list(file.photos)) == (True, ["b", "sub/a"])


def test_mediapipe_with_blendshapes_and_of_frames(tmp_path):
    axes = [f"landmark_{k}_{axis}" for k in range(478) for axis in ("x", "y", "z", "visibility")]
    numbers = ["0.1,0.2,-0.3,0.9"] * 478
    text = f"frame,{','.join(axes)},_neutral,jawOpen\n1,{','.join(numbers)},0.5,0.5\n"
    file = read(tmp_path, "a.csv", text)
    assert (file.format, file.unit, file.faces[0].photo) == ("mediapipe", FRACTION, "frame 1")
    np.testing.assert_array_equal(file.faces[0].points, [[0.1, 0.2]] * 478)
    assert "it names frames of a video, not photos" in file.notes
    assert "landmark_0_visibility" in file.notes[-1]
    assert not any("the header says" in note for note in file.notes)


def test_tables_name_what_they_do_not_read(tmp_path):
    file = read(tmp_path, "a.csv", "image,eye_x,eye_y,eye_v,eye_z,bbox_x1\na.jpg,1,2,1.0,3,4\n")
    check(file, [[1, 2]])
    assert (seen(file), file.notes) == ([[1]], ["columns are not read: bbox_x1"])
    file = read(tmp_path, "b.csv", "image,eye_x,eye_y\na.jpg,0.1,0.2\n")
    assert (file.unit, "shares" in file.notes[0]) == (FRACTION, True)
    with pytest.raises(LabelError, match="a row for each point"):
        read(tmp_path, "c.csv", "image,landmark,x,y\na.jpg,eye,1,2\n")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ([{"version": 0, "tags": [], "shapes": [], "tracks": []}], "backup of CVAT"),
        ({"info": {}, "categories": {}, "items": []}, "Datumaro"),
    ],
)
def test_json_of_other_programs_is_named(tmp_path: Path, data: object, words: str):
    with pytest.raises(LabelError, match=words):
        read(tmp_path, "a.json", data)


def test_outlines_of_yolo_with_as_many_corners_each_are_named(tmp_path):
    rng = np.random.default_rng(0)
    rows = []
    for _ in range(20):
        angles = np.sort(rng.uniform(0, 2 * np.pi, 12))
        corners = rng.uniform(0.3, 0.7, 2) + 0.2 * np.stack([np.cos(angles), np.sin(angles)], 1)
        rows.append("0 " + " ".join(f"{value:.5f}" for value in corners.ravel()))
    with pytest.raises(LabelError, match=r"a\.txt, line 1: .* outline \(segmentation\)"):
        read(tmp_path, "a.txt", "\n".join(rows))
    (tmp_path / "data.yaml").write_text("kpt_shape: [10, 2]\n")
    assert len(read(tmp_path, "a.txt", "\n".join(rows)).faces) == 20  # as the person says


def test_categories_of_coco_that_share_their_landmarks_are_named(tmp_path):
    image = {"id": 1, "file_name": "a.jpg", "width": 90, "height": 90}
    categories = [{"id": key, "name": name, "keypoints": ["left", "right"]}
                  for key, name in ((1, "cat"), (2, "dog"))]  # fmt: skip
    rows = [{"id": key, "image_id": 1, "category_id": key, "keypoints": [9, 9, 2, 19, 9, 2]}
            for key in (1, 2)]  # fmt: skip
    content = {"images": [image], "annotations": rows, "categories": categories}
    file = read(tmp_path, "a.json", json.dumps(content))
    assert [face.names for face in file.faces] == [("left", "right")] * 2
    assert "annotations of several categories (cat, dog) share the list of landmarks" in file.notes
