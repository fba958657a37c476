"""What other tools write is read with their values, and they read what is written here.

The tools are large and not installed with `.[dev]`; `pip install -e '.[oracles]'` installs them.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from labeltool.exchange.formats import LabelsToWrite
from labeltool.exchange.formats.format_table import format_named
from pipnet.formats.label_file import LabelFile, LabelledFace, in_pixels
from pipnet.formats.registry import read_labels

pytestmark = pytest.mark.filterwarnings("ignore")  # theirs are not ours

NAMES = ("left eye", "코", "nose")
WIDTH, HEIGHT = 100, 80
FACES = {
    "a.png": [
        [[1.5, 2.25], [3.0, 4.0], [np.nan, np.nan]],
        [[50.0, 60.0], [70.0, 71.125], [72.0, 73.0]],
    ],
    "b.png": [[[10.0, 20.0], [30.0, 40.0], [50.0, 60.0]]],
}


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """A folder with the photos."""
    for name in FACES:
        Image.new("RGB", (WIDTH, HEIGHT), "grey").save(tmp_path / name)
    return tmp_path


def write(form: str, out: Path) -> Path:
    rows = [
        LabelledFace(
            photo, points := np.array(face), None,
            np.where(np.isnan(points[:, 0]), 0, 2).astype(np.int8),
        )
        for photo, faces in FACES.items()
        for face in faces
    ]  # fmt: skip
    known = format_named(form)
    assert known.write is not None
    labels = LabelsToWrite(
        rows, NAMES, ((0, 2),), (1, 0, 2), list(FACES), dict.fromkeys(FACES, (WIDTH, HEIGHT)),
        dict.fromkeys(FACES, "0" * 64),
    )  # fmt: skip
    known.write(out, labels, lambda done, total: None, lambda targets: None)
    return out


def check(file: LabelFile, names: dict[str, str] | None = None, atol: float = 1e-9) -> None:
    """The file holds FACES; `names` calls its photos by theirs, else their last parts count."""
    found: dict[str, list[np.ndarray]] = {}
    for face in file.faces:
        face = in_pixels(face, file, (WIDTH, HEIGHT))
        order = list(range(3)) if face.names is None else [face.names.index(n) for n in NAMES]
        photo = Path(face.photo).name if names is None else names[face.photo]
        found.setdefault(photo, []).append(face.points[order])
    assert {photo: len(faces) for photo, faces in found.items()} == {"a.png": 2, "b.png": 1}
    for photo, faces in FACES.items():
        for ours, theirs in zip(faces, found[photo], strict=True):
            np.testing.assert_allclose(theirs, ours, atol=atol)


# sleap-io


@pytest.fixture
def sleap_labels(photos: Path):
    sio = pytest.importorskip("sleap_io", reason="sleap-io is not installed")
    skeleton = sio.Skeleton(list(NAMES), edges=[(NAMES[0], NAMES[2])])
    video = sio.Video.from_filename([str(photos / name) for name in FACES])
    frames = [
        sio.LabeledFrame(
            video=video, frame_idx=index,
            instances=[
                sio.Instance.from_numpy(np.array(face), skeleton=skeleton) for face in faces
            ],
        )
        for index, faces in enumerate(FACES.values())
    ]  # fmt: skip
    return sio, sio.Labels(videos=[video], skeletons=[skeleton], labeled_frames=frames)


@pytest.mark.parametrize("name", ["a.slp", "coco.json", "labelstudio.json"])
def test_what_sleap_io_writes_is_read(sleap_labels, photos, name):
    sio, labels = sleap_labels
    out = photos / name
    save = {"a": sio.save_slp, "coco": sio.save_coco, "labelstudio": sio.save_labelstudio}
    save[out.stem](labels, str(out))
    file = read_labels(out)
    assert file.names == NAMES
    check(file)


def test_a_yolo_data_set_of_sleap_io_is_read(sleap_labels, photos):
    sio, labels = sleap_labels
    sio.save_ultralytics(labels, str(photos / "out"), split_ratios={"train": 1.0})
    file = read_labels(photos / "out")
    assert file.names == NAMES
    numbers = {f"train/images/{k:07}": name for k, name in enumerate(FACES)}
    check(file, numbers, atol=1e-4)  # it writes six decimals


def frames_of(labels) -> list[np.ndarray]:
    """(faces, landmarks, 2) of each photo, landmarks in the order of NAMES."""
    order = [labels.skeletons[0].node_names.index(name) for name in NAMES]
    found = sorted(labels.labeled_frames, key=lambda frame: (str(frame.video), frame.frame_idx))
    return [np.stack([one.numpy() for one in frame.instances])[:, order] for frame in found]


@pytest.mark.parametrize("form", ["coco", "dlc"])
def test_sleap_io_reads_what_is_written(photos, form):
    sio = pytest.importorskip("sleap_io", reason="sleap-io is not installed")
    out = write(form, photos / {"coco": "a.json", "dlc": "CollectedData_a.csv"}[form])
    labels = (sio.load_coco if form == "coco" else sio.load_dlc)(str(out))
    for theirs, ours in zip(frames_of(labels), FACES.values(), strict=True):
        np.testing.assert_allclose(theirs, ours, atol=1e-9)


def test_sleap_io_reads_a_yolo_data_set(photos):
    sio = pytest.importorskip("sleap_io", reason="sleap-io is not installed")
    out = write("yolo", photos / "out")
    (out / "images").mkdir()
    for name in FACES:
        shutil.copy(photos / name, out / "images" / name)
    # it looks for a folder above `images`
    settings = out / "data.yaml"
    settings.write_text(settings.read_text().replace("train: images", "train: ./images"))
    labels = sio.load_ultralytics(str(out), skeleton=sio.Skeleton(list(NAMES)))
    for theirs, ours in zip(frames_of(labels), FACES.values(), strict=True):
        np.testing.assert_allclose(theirs, ours, atol=1e-6)


# pycocotools


def test_pycocotools_scores_what_is_written(photos):
    coco = pytest.importorskip("pycocotools.coco", reason="pycocotools is not installed")
    cocoeval = pytest.importorskip("pycocotools.cocoeval", reason="pycocotools is not installed")
    out = write("coco", photos / "a.json")
    truth = coco.COCO(str(out))
    results = [
        {key: row[key] for key in ("image_id", "category_id", "keypoints")} | {"score": 0.9}
        for row in truth.dataset["annotations"]
    ]
    scored = cocoeval.COCOeval(truth, truth.loadRes(results), "keypoints")
    scored.params.kpt_oks_sigmas = np.full(len(NAMES), 0.05)
    scored.params.areaRng = [[0, 1e10]]
    scored.params.areaRngLbl = ["all"]
    scored.evaluate()
    scored.accumulate()
    precision = scored.eval["precision"]
    assert precision[precision >= 0].min() == pytest.approx(1)


# pandas, as DeepLabCut uses it


def deeplabcut_table():
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    levels = [(f"face{k + 1}", name, xy) for k in range(2) for name in NAMES for xy in "xy"]
    columns = pandas.MultiIndex.from_tuples(
        [("someone", *level) for level in levels],
        names=["scorer", "individuals", "bodyparts", "coords"],
    )
    missing = [[[np.nan, np.nan]] * len(NAMES)]
    rows = [np.ravel((faces + missing)[:2]) for faces in FACES.values()]
    index = pandas.MultiIndex.from_tuples([("labeled-data", "video", name) for name in FACES])
    return pandas.DataFrame(np.array(rows), index=index, columns=columns)


@pytest.mark.parametrize("form", ["fixed", "csv"])
def test_tables_of_deeplabcut_are_read(tmp_path, form):
    table = deeplabcut_table()
    out = tmp_path / ("CollectedData_someone" + (".csv" if form == "csv" else ".h5"))
    if form == "csv":
        table.to_csv(out)
    else:
        pytest.importorskip("tables", reason="PyTables is not installed")
        table.to_hdf(out, key="df_with_missing", mode="w", format=form)
    file = read_labels(out)
    assert file.format == "dlc"
    check(file)


def test_pandas_reads_a_table_as_deeplabcut_does(photos):
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    out = write("dlc", photos / "CollectedData_a.csv")
    table = pandas.read_csv(out, header=[0, 1, 2, 3], index_col=0)
    assert table.columns.names == ["scorer", "individuals", "bodyparts", "coords"]
    assert list(table.index) == list(FACES)
    points = table.to_numpy().reshape(2, 2, len(NAMES), 2)
    np.testing.assert_array_equal(points[0], FACES["a.png"])
    np.testing.assert_array_equal(points[1, 0], FACES["b.png"][0])
    assert np.isnan(points[1, 1]).all()


# labelme


@pytest.fixture
def labelme():
    return pytest.importorskip("labelme._label_file", reason="labelme is not installed")


def test_labelme_reads_what_is_written(labelme, photos):
    write("labelme", photos)
    for name, faces in FACES.items():
        file = labelme.LabelFile(str(photos / f"{Path(name).stem}.json"))
        shapes = [shape for shape in file.shapes if shape["shape_type"] == "point"]
        for number, face in enumerate(faces, 1):
            points = {s["label"]: s["points"][0] for s in shapes if s["group_id"] == number}
            wanted = {n: p for n, p in zip(NAMES, face, strict=True) if p[0] == p[0]}
            assert points == wanted


def test_what_labelme_writes_is_read(labelme, photos):
    for name, faces in FACES.items():
        shapes = [
            {"label": label, "points": [point], "group_id": number, "shape_type": "point",
             "flags": {}, "description": "", "mask": None}
            for number, face in enumerate(faces, 1)
            for label, point in zip(NAMES, face, strict=True)
            if point[0] == point[0]
        ]  # fmt: skip
        labelme.LabelFile().save(
            str(photos / f"{Path(name).stem}.json"), shapes, name, HEIGHT, WIDTH,
            (photos / name).read_bytes(), {}, {},
        )  # fmt: skip
    file = read_labels(photos)
    assert (file.format, file.names) == ("labelme", NAMES)
    check(file)


# label-studio-sdk

CONFIG = """<View><Image name="image" value="$image"/>
<RectangleLabels name="box" toName="image"><Label value="face" model_index="0"/></RectangleLabels>
<KeyPointLabels name="landmarks" toName="image"><Label value="left eye" model_index="0"/>
<Label value="코" model_index="1"/><Label value="nose" model_index="2"/></KeyPointLabels></View>"""


def test_label_studio_takes_what_is_written(photos):
    interface = pytest.importorskip(
        "label_studio_sdk.label_interface", reason="label-studio-sdk is not installed"
    )
    out = write("labelstudio", photos / "a.json")
    for task in json.loads(out.read_text(encoding="utf-8")):
        for annotation in task["annotations"]:
            assert interface.LabelInterface(CONFIG).validate_annotation(annotation)


def test_what_label_studio_converts_is_read(photos):
    converter = pytest.importorskip(
        "label_studio_sdk.converter.converter", reason="label-studio-sdk is not installed"
    )
    source = write("labelstudio", photos / "a.json")
    convert = converter.Converter(CONFIG, str(photos), download_resources=False)
    convert.convert(str(source), str(photos / "min"), "JSON_MIN", is_dir=False)
    file = read_labels(photos / "min" / "result.json")
    assert file.names == NAMES
    check(file)
    convert.convert_to_json(str(source), str(photos / "whole"), is_dir=False)
    check(read_labels(photos / "whole" / "result.json"))
