"""Labels of any format with the paths of their photos, for training and evaluation."""

import json

import numpy as np
import pytest
from PIL import Image

from pipnet.data.coco import LabelError
from pipnet.formats.labelled_photos import load_any_labels

NAMES = ("left", "right", "nose")
POINTS = [[20.0, 30.0], [60.0, 30.0], [40.0, 55.5]]


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "in").mkdir()
    Image.effect_noise((100, 80), 40).convert("RGB").save(tmp_path / "in" / "a.jpg")
    return tmp_path


def load(path):
    told = []
    return load_any_labels(path, names=NAMES, report=told.append, note=told.append), told


def test_a_table_is_put_into_the_order_that_is_wanted(folder):
    path = folder / "labels.csv"
    path.write_text(
        "photo,nose_x,nose_y,left_x,left_y,right_x,right_y\nin/a.jpg,40,55.5,20,30,60,30\n"
    )
    (face,), told = load(path)
    assert face.photo == str(folder / "in" / "a.jpg")
    np.testing.assert_allclose(face.points, POINTS)
    assert told == []


def test_fractions_become_pixels_of_the_photo(folder):
    (folder / "labels").mkdir()
    values = " ".join(f"{x / 100!r} {y / 80!r} 2" for x, y in POINTS)
    path = folder / "labels" / "a.txt"
    path.write_text(f"0 0.4 0.5 0.4 0.4 {values}\n")
    Image.effect_noise((100, 80), 40).convert("RGB").save(folder / "labels" / "a.jpg")
    (face,), _told = load(path)
    np.testing.assert_allclose(face.points, POINTS)


def test_a_photo_that_is_not_there_is_said(folder):
    path = folder / "labels.csv"
    path.write_text(
        "photo,left_x,left_y,right_x,right_y,nose_x,nose_y\n"
        "in/a.jpg,20,30,60,30,40,55.5\nin/gone.jpg,20,30,60,30,40,55.5\n"
    )
    (face,), told = load(path)
    np.testing.assert_allclose(face.points, POINTS)
    assert any("gone.jpg" in sentence for sentence in told)


def test_other_landmarks_and_missing_photos_are_refused(folder):
    path = folder / "labels.csv"
    path.write_text("photo,left_x,left_y,right_x,right_y,tail_x,tail_y\nin/a.jpg,1,2,3,4,5,6\n")
    with pytest.raises(LabelError, match="tail"):
        load(path)
    path.write_text("photo,left_x,left_y,right_x,right_y,nose_x,nose_y\nb.jpg,1,2,3,4,5,6\n")
    with pytest.raises(LabelError, match="no face whose photo is there"):
        load(path)


def test_a_damaged_file_is_named_in_the_words_of_its_own_format(folder):
    path = folder / "a.json"
    shape = {"label": "left", "points": [[20, "x"]], "shape_type": "point"}
    path.write_text(json.dumps({"imagePath": "in/a.jpg", "shapes": [shape]}))
    with pytest.raises(LabelError, match="shape") as caught:
        load(path)
    assert "COCO" not in str(caught.value)
    assert "annotations" not in str(caught.value)


def test_a_file_without_a_face_is_said_to_have_none(folder):
    path = folder / "a.json"
    path.write_text(json.dumps({"imagePath": "in/a.jpg", "shapes": []}))
    with pytest.raises(LabelError, match=r"a\.json holds no labelled face"):
        load(path)


def labelme(size):
    shapes = [{"label": name, "points": [point], "shape_type": "point"}
              for name, point in zip(NAMES, POINTS, strict=True)]  # fmt: skip
    width, height = size
    return {"imagePath": "in/a.jpg", "imageWidth": width, "imageHeight": height, "shapes": shapes}


def coco(size):
    width, height = size
    image = {"id": 1, "file_name": "in/a.jpg", "width": width, "height": height}
    keypoints = [value for point in POINTS for value in (*point, 2)]
    return {"images": [image], "categories": [{"id": 1, "keypoints": list(NAMES)}],
            "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "keypoints": keypoints}],
            }  # fmt: skip


@pytest.mark.parametrize("written", [labelme, coco])
def test_a_photo_of_another_size_than_the_file_states_is_not_used(folder, written):
    path = folder / "a.json"
    path.write_text(json.dumps(written((100, 80))))
    assert len(load(path)[0]) == 1
    for size, why in (((200, 160), "a copy of another size"), ((90, 90), "neither a turn nor")):
        path.write_text(json.dumps(written(size)))
        with pytest.raises(LabelError, match=f"a.jpg is 100 x 80 here, .*{why}"):
            load(path)
