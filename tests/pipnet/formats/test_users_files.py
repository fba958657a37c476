"""Files as users of other tools have them: each is read right, or what is not read is named."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from pipnet.data.coco import LabelError
from pipnet.formats.label_file import LabelFile
from pipnet.formats.registry import read_labels

NAN = np.nan


def read(tmp_path: Path, name: str, content: object) -> LabelFile:
    """Write a file, a text, bytes or JSON, and read it."""
    file = tmp_path / name
    file.parent.mkdir(parents=True, exist_ok=True)
    if not isinstance(content, bytes):
        text = content if isinstance(content, str) else json.dumps(content)
        content = text.encode()
    file.write_bytes(content)
    return read_labels(file)


def check(file: LabelFile, *faces: list) -> None:
    assert len(file.faces) == len(faces)
    for face, points in zip(file.faces, faces, strict=True):
        np.testing.assert_allclose(face.points, points)


CVAT_TRACK = """<?xml version="1.0" encoding="utf-8"?>
<annotations>
  <version>1.1</version>
  <meta><task><labels>
    <label><name>face</name><type>skeleton</type><svg>&lt;line x1="1"/&gt;</svg></label>
    <label><name>eye</name><type>points</type><parent>face</parent></label>
    <label><name>nose</name><type>points</type><parent>face</parent></label>
  </labels></task></meta>
  <track id="0" label="face" source="manual">
    <skeleton frame="0" keyframe="1" z_order="0">
      <points label="nose" outside="0" occluded="1" keyframe="1" points="12.50,20.25"></points>
      <points label="eye" outside="0" occluded="0" keyframe="1" points="10.00,10.00"></points>
    </skeleton>
    <skeleton frame="1" keyframe="1" z_order="0">
      <points label="nose" outside="1" occluded="0" keyframe="1" points="12.50,20.25"></points>
      <points label="eye" outside="0" occluded="0" keyframe="1" points="11.00,10.00"></points>
    </skeleton>
    <skeleton frame="2" keyframe="1" outside="1" z_order="0">
      <points label="nose" outside="1" occluded="0" keyframe="1" points="12.50,20.25"></points>
      <points label="eye" outside="1" occluded="0" keyframe="1" points="11.00,10.00"></points>
    </skeleton>
  </track>
</annotations>
"""


def test_tracks_of_cvat(tmp_path):
    file = read(tmp_path, "a.xml", CVAT_TRACK)
    assert file.names == ("eye", "nose")
    check(file, [[10, 10], [12.5, 20.25]], [[11, 10], [NAN, NAN]])
    assert [face.photo for face in file.faces] == ["frame_000000", "frame_000001"]
    assert file.faces[0].visibility.tolist() == [2, 1]
    assert any("tracks of a video" in note for note in file.notes)


def point(key: str, label: str, x: float, y: float) -> dict:
    return {
        "id": key, "from_name": "kp", "to_name": "img", "type": "keypointlabels",
        "original_width": 200, "original_height": 100, "image_rotation": 0,
        "value": {"x": x, "y": y, "width": 0.4, "keypointlabels": [label]},
    }  # fmt: skip


def annotation(key: int, x: float, **details) -> dict:
    regions = [point("a", "eye", x, 20), point("b", "nose", 30, 40)]
    return {"id": key, "completed_by": 1, "result": regions, **details}


def test_several_annotations_of_label_studio_and_skipped_tasks(tmp_path):
    tasks = [
        {"id": 1, "data": {"image": "/data/upload/1/abcd1234-a.jpg"}, "annotations": [
            annotation(2, 12, was_cancelled=False), annotation(1, 10, was_cancelled=False),
            annotation(3, 90, was_cancelled=True),
        ], "predictions": [{"model_version": "v", "score": 0.5, "result": []}]},
        {"id": 2, "data": {"image": "s3://bucket/folder/b.jpg"},
         "annotations": [{"id": 4, "was_cancelled": True, "result": []}]},
        {"id": 3, "data": {"image": "/data/local-files/?d=sub%2Fc%20d.jpg"},
         "annotations": [annotation(5, 10), annotation(6, 11, ground_truth=True),
                         annotation(7, 12)]},
    ]  # fmt: skip
    file = read(tmp_path, "a.json", tasks)
    check(file, [[24, 20], [60, 40]], [[22, 20], [60, 40]])
    assert list(file.photos) == ["abcd1234-a.jpg", "b.jpg", "sub/c d.jpg"]
    assert file.notes == [
        "skipped tasks (was_cancelled) are left out",
        "of several annotations of a photo, the ground truth or the newest is read",
        "predictions are left out where somebody annotated",
        "photos are named by addresses; only their file names are used",
        "1 photos have the names that Label Studio gave them",
    ]


def shape(label: str, points: list, group: int | None, kind: str = "point", **flags) -> dict:
    return {"label": label, "points": points, "group_id": group, "description": "",
            "shape_type": kind, "flags": flags, "mask": None}  # fmt: skip


def test_groups_and_flags_of_labelme(tmp_path):
    shapes = [
        shape("eye", [[1.5, 2.5]], 1, occluded=True), shape("nose", [[3, 4]], 1),
        shape("face", [[0, 0], [10, 10]], 1, "rectangle"), shape("eye", [[51.5, 2.5]], 2),
        shape("nose", [[53, 4]], 2), shape("mouth", [[1, 1], [2, 2]], None, "linestrip"),
    ]  # fmt: skip
    data = {"version": "5.4.1", "flags": {"blurry": True, "frontal": False}, "shapes": shapes,
            "imagePath": "..\\imgs\\a b.jpg", "imageData": None, "imageHeight": 100,
            "imageWidth": 200}  # fmt: skip
    file = read(tmp_path, "a.json", data)
    check(file, [[1.5, 2.5], [3, 4]], [[51.5, 2.5], [53, 4]])
    assert file.faces[0].visibility.tolist() == [1, 2]
    assert file.faces[0].box == (0, 0, 10, 10)
    assert list(file.photos) == ["../imgs/a b.jpg"]
    assert file.notes == [
        "flags of photos are left out (blurry)",
        "a.json: 1 shapes are no points or rectangles and are left out",
    ]


def test_a_project_of_via_2(tmp_path):
    def region(x: int, y: int, name: str) -> dict:
        return {"shape_attributes": {"name": "point", "cx": x, "cy": y},
                "region_attributes": {"landmark": name}}  # fmt: skip

    box = {"shape_attributes": {"name": "rect", "x": 1, "y": 2, "width": 5, "height": 6},
           "region_attributes": {}}  # fmt: skip
    photos = {
        "a.jpg1234": {"filename": "a.jpg", "size": 1234, "file_attributes": {"caption": ""},
                      "regions": [region(10, 20, "eye"), region(30, 40, "nose"), box]},
        "b.jpg-1": {"filename": "b.jpg", "size": -1, "regions": [], "file_attributes": {}},
    }  # fmt: skip
    project = {"_via_settings": {"ui": {}, "project": {"name": "p"}}, "_via_img_metadata": photos,
               "_via_attributes": {"region": {}}, "_via_data_format_version": "2.0.10"}  # fmt: skip
    file = read(tmp_path, "p.json", project)
    assert file.names == ("eye", "nose")
    check(file, [[10, 20], [30, 40]])
    assert list(file.photos) == ["a.jpg", "b.jpg"]
    assert file.notes == ["1 regions are no points, nor rectangles around any, and are left out"]


def test_several_animals_and_predictions_of_deeplabcut(tmp_path):
    file = read(
        tmp_path, "CollectedData_me.csv",
        "scorer,,,me,me,me,me,me,me,me,me\n"
        "individuals,,,ind1,ind1,ind1,ind1,ind2,ind2,ind2,ind2\n"
        "bodyparts,,,eye,eye,nose,nose,eye,eye,nose,nose\ncoords,,,x,y,x,y,x,y,x,y\n"
        "labeled-data,vid,img1.png,1.5,2.5,3.5,4.5,,,13.5,14.5\n"
        "labeled-data,vid,img2.png,,,,,11.5,12.5,13.5,14.5\n",
    )  # fmt: skip
    check(file, [[1.5, 2.5], [3.5, 4.5]], [[NAN, NAN], [13.5, 14.5]], [[11.5, 12.5], [13.5, 14.5]])
    assert file.faces[1].photo == "labeled-data/vid/img1.png"
    predicted = read(
        tmp_path, "videoDLC_resnet50.csv",
        "scorer,DLC_resnet50,DLC_resnet50,DLC_resnet50\nbodyparts,eye,eye,eye\n"
        "coords,x,y,likelihood\n0,1.5,2.5,0.99\n1,2.5,3.5,0.2\n",
    )  # fmt: skip
    check(predicted, [[1.5, 2.5]], [[2.5, 3.5]])
    assert [face.score for face in predicted.faces] == [0.99, 0.2]
    assert predicted.notes == ["it names frames of a video, not photos"]


def test_coco_of_roboflow_and_cvat(tmp_path):
    name = f"a_jpg.rf.{'0123456789abcdef' * 2}.jpg"
    categories = [
        {"id": 0, "name": "faces", "supercategory": "none"},
        {"id": 1, "name": "face", "keypoints": ["eye", "nose"], "skeleton": [[1, 2]]},
    ]
    row = {"id": 0, "image_id": 0, "category_id": 1, "bbox": [10, 20, 30.5, 40], "iscrowd": 0,
           "segmentation": [], "keypoints": [11, 22, 2, 33.25, 44.5, 1]}  # fmt: skip
    images = [{"id": 0, "file_name": name, "width": 640, "height": 640}]
    file = read(tmp_path, "r.json",
                {"images": images, "annotations": [row], "categories": categories})  # fmt: skip
    check(file, [[11, 22], [33.25, 44.5]])
    assert file.faces[0].visibility.tolist() == [2, 1]
    assert file.edges == ((0, 1),)
    assert file.notes == ["1 photos have the names that Roboflow gave them"]
    row = row | {"attributes": {"occluded": False}, "num_keypoints": 1,
                 "keypoints": [1.5, 2.5, 2, 0.0, 0.0, 0]}  # fmt: skip
    file = read(tmp_path, "c.json",
                {"images": images, "annotations": [row], "categories": categories})  # fmt: skip
    check(file, [[1.5, 2.5], [NAN, NAN]])


def test_coco_that_contradicts_itself_is_named(tmp_path):
    data = {
        "images": [{"id": 1, "file_name": "a.jpg", "width": 10, "height": 10},
                   {"id": 2, "file_name": "a.jpg", "width": 20, "height": 10},
                   {"id": 3, "file_name": "b.jpg"}],
        "categories": [{"id": 1, "name": "face", "keypoints": ["x", "y"]},
                       {"id": 2, "name": "face", "keypoints": ["u"]}],
        "annotations": [
            {"id": 1, "image_id": 1, "category_id": 1, "keypoints": [1, 2, 2, 3, 4, 2]},
            {"id": 2, "image_id": 3, "category_id": 2, "keypoints": [1, 2, 2]},
            {"id": 3, "image_id": 3, "category_id": 1, "keypoints": [1, 2, 2, 3, 4, 2]},
        ],
    }  # fmt: skip
    file = read(tmp_path, "c.json", data)
    assert [(face.photo, face.names) for face in file.faces] == [
        ("b.jpg", ("u",)), ("b.jpg", ("x", "y"))
    ]  # fmt: skip
    assert file.notes == [
        "a.jpg is listed twice, with different sizes or contents: its faces are left out",
        "faces are of categories with different landmarks, each read with its own",
    ]


def test_ljson_of_both_versions(tmp_path):
    labels = [{"label": "jaw", "mask": [0, 1]}, {"label": "nose", "mask": [2]}]
    points = [[20, 10], [21.5, 11.5], [None, None]]
    landmarks = {"points": points, "connectivity": [[0, 1]]}
    file = read(tmp_path, "2.ljson", {"version": 2, "labels": labels, "landmarks": landmarks})
    check(file, [[10, 20], [11.5, 21.5], [NAN, NAN]])
    assert file.names == ("jaw 1", "jaw 2", "nose")
    groups = {"PTS": {"labels": labels, "landmarks": landmarks}}
    check(read(tmp_path, "3.ljson", {"version": 3, "groups": groups}),
          [[10, 20], [11.5, 21.5], [NAN, NAN]])  # fmt: skip


def test_dlib_with_absolute_paths_and_ignored_boxes(tmp_path):
    file = read(
        tmp_path, "a.xml",
        "<?xml version='1.0' encoding='ISO-8859-1'?>\n<dataset><name>imglab</name><images>\n"
        "<image file='/home/me/a.jpg' width='200' height='100'>\n"
        "<box top='10' left='20' width='30' height='40'><label>face</label>"
        "<part name='00' x='1' y='2'/><part name='01' x='3' y='4'/></box>"
        "<box top='1' left='2' width='3' height='4' ignore='1'/></image>\n"
        "<image file='C:\\Users\\me\\b.jpg'/></images></dataset>\n",
    )  # fmt: skip
    check(file, [[1, 2], [3, 4]])
    assert list(file.photos) == ["/home/me/a.jpg", "C:/Users/me/b.jpg"]
    assert "1 boxes say `ignore` and are left out" in file.notes


def test_tps_with_scale_curves_and_three_dimensions(tmp_path):
    file = read(
        tmp_path, "a.tps",
        "LM=2\r\n10.0 20.0\r\n30.5\t40.5\r\nCURVES=1\r\nPOINTS=2\r\n1 2\r\n3 4\r\n"
        "IMAGE=C:\\data\\a.jpg\r\nID=0\r\nSCALE=0.0125\r\n",
    )  # fmt: skip
    check(file, [[10, 20], [30.5, 40.5], [1, 2], [3, 4]])
    assert list(file.photos) == ["C:/data/a.jpg"]
    assert file.notes == [
        "y counts from the bottom edge of the photo, as tpsDig writes it",
        "2 points of curves follow the landmarks of their specimens",
        "SCALE is not applied: landmarks are pixels",
    ]
    with pytest.raises(LabelError, match="three dimensions"):
        read(tmp_path, "b.tps", "LM3=1\n1 2 3\nIMAGE=b.jpg\nID=1\n")


def test_wflw_with_attributes_and_blanks(tmp_path):
    points = " ".join(f"{k}.5 {k + 1}.25" for k in range(98))
    file = read(
        tmp_path, "list.txt",
        f"{points} 1 2 99 100 1 0 1 0 0 1 37--Soccer/37_Soccer_45.jpg\n"
        f"{points} 5 6 99 100 0 0 0 0 0 0 1--Hands/1_Hands a.jpg \n",
    )  # fmt: skip
    assert [face.photo for face in file.faces] == [
        "37--Soccer/37_Soccer_45.jpg", "1--Hands/1_Hands a.jpg"
    ]  # fmt: skip
    assert file.faces[0].points[97].tolist() == [97.5, 98.25]
    assert file.faces[1].box == (5, 6, 94, 94)
    assert "attributes of faces are not imported" in file.notes[0]


PTS = "version: 1\nn_points: 2\n{\n10.5 20.5\n30 40\n}\n"


@pytest.mark.parametrize(
    "content",
    [
        PTS.encode(), PTS.replace("\n", "\r\n").encode(), PTS.encode("utf-16"),
        PTS.encode("utf-8-sig"), b"version:1\nn_points:\t2\n{\n10.5\t20.5\n  30   40  \n}\n\n",
        b"// by hand\n" + PTS.encode(),
    ],
)  # fmt: skip
def test_pts_with_other_line_ends_blanks_and_encodings(tmp_path, content):
    check(read(tmp_path, "a.pts", content), [[9.5, 19.5], [29, 39]])


TABLE = "photo,eye_x,eye_y\na.jpg,1.5,2.5\n"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", TABLE.encode()), ("a.csv", TABLE.encode("utf-8-sig")),
        ("a.csv", TABLE.encode("utf-16")), ("a.tsv", TABLE.replace(",", "\t").encode()),
        ("a.csv", TABLE.replace(",", ";").replace("\n", "\r\n").encode()),
        ("a.csv", TABLE.replace(",", ";").replace(".5", ",5").encode()),
        ("a.csv", b"sep=;\r\n" + TABLE.replace(",", ";").encode()),
        ("a.csv", b'"photo","eye_x","eye_y"\n"a.jpg","1.5","2.5"\n'),
    ],
)  # fmt: skip
def test_tables_as_spreadsheets_write_them(tmp_path, name, content):
    file = read(tmp_path, name, content)
    check(file, [[1.5, 2.5]])
    assert list(file.photos) == ["a.jpg"]
    assert file.names == ("eye",)


def test_yolo_with_two_and_three_values_a_point(tmp_path):
    two = tmp_path / "two"
    read(two, "labels/train/a.txt", "0 0.5 0.5 0.2 0.2 0.1 0.2 0.3 0.4\n")
    (two / "dataset.yaml").write_text(
        "path: ../datasets/faces  # root\ntrain: images/train\nval: images/val\n"
        "kpt_shape: [2, 2]\nflip_idx: [1, 0]\nnames:\n  0: face\n"
    )
    file = read_labels(two)
    check(file, [[0.1, 0.2], [0.3, 0.4]])
    assert (file.flip, list(file.photos)) == ((1, 0), ["images/train/a"])
    three = tmp_path / "three"
    row = "0 0.5 0.5 0.2 0.2 0 0 0 0.3 0.4 1"
    read(three, "train/labels/a.txt", row)
    (three / "data.yaml").write_text(
        "train: ../train/images\nval: ../valid/images\nnc: 1\nnames: ['face']\nkpt_shape: [2, 3]\n"
    )
    file = read_labels(three)
    check(file, [[NAN, NAN], [0.3, 0.4]])
    assert file.faces[0].visibility.tolist() == [0, 1]
    assert list(file.photos) == ["train/images/a"]
