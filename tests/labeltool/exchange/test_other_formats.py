"""Label files of other tools, imported into a project: positions in pixels of the photos."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from labeltool.domain import UserError, Verdict
from labeltool.exchange.label_import import import_labels
from labeltool.exchange.photo_import import add_photos
from tests.projects import THREE, triangle

WIDTH, HEIGHT = 200, 100
POINTS = triangle()


def rows(points: np.ndarray) -> list[tuple[str, float, float]]:
    return [(name, x, y) for name, (x, y) in zip(THREE.names, points.tolist(), strict=True)]


def yolo(folder: Path) -> Path:
    (folder / "labels").mkdir()
    values = [f"{x / WIDTH!r} {y / HEIGHT!r} 2" for _name, x, y in rows(POINTS)]
    (folder / "labels" / "a.txt").write_text("0 0.2 0.4 0.3 0.4 " + " ".join(values) + "\n")
    return folder / "labels" / "a.txt"


def tps(folder: Path) -> Path:
    lines = [f"{x!r} {HEIGHT - 1 - y!r}" for _name, x, y in rows(POINTS)]
    (folder / "a.tps").write_text("\n".join(["LM=3", *lines, "IMAGE=C:\\work\\in\\a.jpg", "ID=1"]))
    return folder / "a.tps"


def table(folder: Path) -> Path:
    turned = [*rows(POINTS)[1:], rows(POINTS)[0]]  # the columns may have any order
    head = ",".join(f"{name}_x,{name}_y" for name, *_ in turned)
    (folder / "a.csv").write_text(
        f"photo,{head}\na.jpg," + ",".join(f"{x!r},{y!r}" for _, x, y in turned)
    )
    return folder / "a.csv"


def labelme(folder: Path) -> Path:
    shapes = [
        {"label": name, "points": [[x, y]], "shape_type": "point", "group_id": None, "flags": {}}
        for name, x, y in reversed(rows(POINTS))
    ]
    (folder / "a.json").write_text(
        json.dumps(
            {"shapes": shapes, "imagePath": "a.jpg", "imageWidth": WIDTH, "imageHeight": HEIGHT}
        )
    )
    return folder / "a.json"


def dlib(folder: Path) -> Path:
    parts = "".join(f"<part name='{name}' x='{x}' y='{y}'/>" for name, x, y in rows(POINTS))
    (folder / "a.xml").write_text(
        f"<dataset><images><image file='a.jpg'><box top='20' left='10' width='40' height='40'>"
        f"{parts}</box></image></images></dataset>"
    )
    return folder / "a.xml"


def cvat(folder: Path) -> Path:
    points = "".join(f'<points label="{name}" points="{x},{y}"/>' for name, x, y in rows(POINTS))
    (folder / "a.xml").write_text(
        f'<annotations><image name="a.jpg" width="{WIDTH}" height="{HEIGHT}">'
        f'<skeleton label="face">{points}</skeleton></image></annotations>'
    )
    return folder / "a.xml"


def deeplabcut(folder: Path) -> Path:
    names = [name for name, *_ in rows(POINTS) for _ in "xy"]
    (folder / "CollectedData.csv").write_text(
        "\n".join(
            [
                "scorer," + ",".join("s" for _ in names),
                "bodyparts," + ",".join(names),
                "coords," + ",".join("xy" * 3),
                "a.jpg," + ",".join(repr(value) for _, *point in rows(POINTS) for value in point),
            ]
        )
    )
    return folder / "CollectedData.csv"


def label_studio(folder: Path) -> Path:
    result = [
        {
            "id": name, "type": "keypointlabels", "original_width": WIDTH,
            "original_height": HEIGHT,
            "value": {"x": 100 * x / WIDTH, "y": 100 * y / HEIGHT, "keypointlabels": [name]},
        }
        for name, x, y in rows(POINTS)
    ]  # fmt: skip
    (folder / "a.json").write_text(
        json.dumps(
            [{"data": {"image": "/data/upload/1/a.jpg"}, "annotations": [{"result": result}]}]
        )
    )
    return folder / "a.json"


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    Image.effect_noise((WIDTH, HEIGHT), 50).convert("RGB").save(folder / "a.jpg")
    return folder


@pytest.mark.parametrize("write", [yolo, tps, table, labelme, dlib, cvat, deeplabcut, label_studio])
def test_labels_of_another_tool_become_labels_in_pixels(project, photos, write):
    store = project(proposed=False)
    add_photos(store, [photos])
    path = write(photos)
    assert import_labels(store, path, "ann").imported == 1
    ((_face, verdict, points, *_),) = store.labels.all()
    assert verdict == Verdict.CORRECTED
    np.testing.assert_allclose(points, POINTS, atol=1e-6)
    assert import_labels(store, path, "ann").imported == 0


def test_a_folder_of_labelme_files_is_imported_with_absent_landmarks(project, photos):
    labelme(photos)
    Image.effect_noise((WIDTH, HEIGHT), 60).convert("RGB").save(photos / "b.jpg")
    data = json.loads((photos / "a.json").read_text())
    data |= {"imagePath": "b.jpg", "shapes": data["shapes"][:2]}
    (photos / "b.json").write_text(json.dumps(data))
    store = project(proposed=False)
    add_photos(store, [photos])
    assert import_labels(store, photos, "ann").imported == 2
    labels = {store.faces.get(face).name: points for face, _, points, *_ in store.labels.all()}
    assert np.isfinite(labels["a.jpg"]).all()
    assert np.isfinite(labels["b.jpg"]).all(axis=1).tolist() == [False, True, True]


def test_landmarks_of_other_names_are_refused_and_nothing_is_imported(project, photos):
    store = project(proposed=False)
    add_photos(store, [photos])
    path = cvat(photos)
    path.write_text(path.read_text().replace('"nose"', '"tail"'))
    with pytest.raises(UserError, match="tail"):
        import_labels(store, path, "ann")
    assert store.labels.all() == []


def test_a_coco_file_without_names_is_taken_by_place(project, photos):
    store = project(proposed=False)
    add_photos(store, [photos])
    data = {
        "images": [{"id": 1, "file_name": "a.jpg"}],
        "categories": [{"id": 1, "name": "face"}],
        "annotations": [
            {"id": 1, "image_id": 1, "category_id": 1,
             "keypoints": [value for point in POINTS.tolist() for value in (*point, 2.0)]}
        ],
    }  # fmt: skip
    (photos / "a.json").write_text(json.dumps(data))
    assert import_labels(store, photos / "a.json", "ann").imported == 1
    ((_face, _verdict, points, *_),) = store.labels.all()
    np.testing.assert_allclose(points, POINTS)


def test_photos_are_found_by_the_frame_that_sleap_io_names_in_label_studio_files(project, photos):
    store = project(proposed=False)
    add_photos(store, [photos])
    path = label_studio(photos)
    (task,) = json.loads(path.read_text())
    video = {"filename": ["b.jpg", "C:\\x\\in\\a.jpg"], "frame_idx": 1}
    task |= {"data": {}, "meta": {"video": video}}
    path.write_text(json.dumps([task]))
    assert import_labels(store, path, "ann").imported == 1
    ((_face, _verdict, points, *_),) = store.labels.all()
    np.testing.assert_allclose(points, POINTS, atol=1e-6)
