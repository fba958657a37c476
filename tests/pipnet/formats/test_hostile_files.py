"""Damaged and hostile files: a clear error that names the file, and nothing else."""

import json
import os
import pickle

import h5py
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipnet.data.coco import LabelError
from pipnet.formats import reading
from pipnet.formats.registry import read_labels

NAMES = (
    "a.pts", "list.txt", "a.csv", "CollectedData.csv", "a.tps", "a.json", "a.ljson", "a.xml",
    "a.yaml", "a.mat", "a.slp", "a.h5",
)  # fmt: skip

BEGINNINGS = (
    b"version: 1\nn_points: 2\n{\n1 2\n3 4\n}\n",
    b"0 0.5 0.5 0.2 0.2 0.1 0.2 2 0.3 0.4 1\n",
    b"1.5 2.5 3.5 4.5 0 0 10 10 0 0 0 0 0 0 a.jpg\n",
    b"a.jpg 0.1 0.2 0.3 0.4\n",
    b"scorer,s,s\nbodyparts,A,A\ncoords,x,y\na.png,1,2\n",
    b"photo,A_x,A_y,A_v\na.jpg,1,2,visible\n",
    b"#filename,file_size,file_attributes,region_count,region_id,region_shape_attributes,"
    b'region_attributes\na.jpg,1,"{}",1,0,"{""name"":""point"",""cx"":1,""cy"":2}","{}"\n',
    b"LM=1\n1 2\nIMAGE=a.jpg\n",
    b'{"images": [{"id": 1, "file_name": "a.jpg"}], "categories": [{"id": 1, "name": "f"}], '
    b'"annotations": [{"id": 1, "image_id": 1, "category_id": 1, "keypoints": [1, 2, 2]}]}',
    b'{"shapes": [{"label": "a", "points": [[1, 2]], "shape_type": "point", "group_id": null}], '
    b'"imagePath": "a.jpg", "imageWidth": 9, "imageHeight": 9}',
    b'[{"data": {"image": "a.jpg"}, "annotations": [{"result": [{"type": "keypointlabels", "id": '
    b'"x", "value": {"x": 1, "y": 2, "keypointlabels": ["n"]}}]}]}]',
    b'{"version": 2, "labels": [], "landmarks": {"points": [[1, 2]], "connectivity": []}}',
    b'{"a.jpg1": {"filename": "a.jpg", "regions": [{"shape_attributes": {"name": "point", "cx": 1,'
    b' "cy": 2}, "region_attributes": {}}]}}',
    b'<annotations><image name="a.jpg"><points label="a" points="1,2"/></image></annotations>',
    b"<dataset><images><image file='a.jpg'><box left='1' top='2' width='3' height='4'>"
    b"<part name='0' x='1' y='2'/></box></image></images></dataset>",
    b"kpt_shape: [1, 3]\nnames:\n  0: face\n",
)


@pytest.mark.parametrize("beginning", BEGINNINGS, ids=range(len(BEGINNINGS)))
def test_every_beginning_is_a_file_that_is_read(tmp_path, beginning):
    suffix = {b"v": ".pts", b"s": ".csv", b"p": ".csv", b"#": ".csv", b"L": ".tps", b"{": ".json",
              b"[": ".json", b"<": ".xml", b"k": ".yaml"}.get(beginning[:1], ".txt")  # fmt: skip
    path = tmp_path / f"a{suffix}"
    path.write_bytes(beginning)
    assert read_labels(path).unit in ("pixels", "fraction")


FUZZ = settings(
    # FUZZ_EXAMPLES=100000 looks for new ones
    max_examples=int(os.environ.get("FUZZ_EXAMPLES", "300")),
    derandomize="FUZZ_EXAMPLES" not in os.environ,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def read_or_refuse(path) -> None:
    try:
        file = read_labels(path)
    except LabelError as error:
        refusal = str(error)
        file = None
    if file is None:
        assert path.name in refusal
        return
    for face in file.faces:
        assert face.points.shape == (len(face.visibility), 2)
        assert (np.isfinite(face.points).all(axis=1) == (face.visibility > 0)).all()
        assert face.names is None or len(face.names) == len(face.points)


@FUZZ
@given(
    st.sampled_from(NAMES),
    st.sampled_from(BEGINNINGS),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 12), st.binary(max_size=12)), max_size=4),
    st.floats(0, 1),
)
def test_a_damaged_file_is_read_or_refused_with_its_name(tmp_path, name, beginning, edits, cut):
    data = bytearray(beginning)
    for at, removed, put in edits:
        place = int(at * len(data))
        data[place : place + removed] = put
    path = tmp_path / name
    path.write_bytes(bytes(data[: int(cut * len(data))] if cut < 0.3 else data))
    read_or_refuse(path)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["id", "x", "points", "value", "regions", "shapes", "name"]), inner,
        max_size=3,
    ),
    max_leaves=6,
)  # fmt: skip


@FUZZ
@given(st.sampled_from(BEGINNINGS[8:13]), st.data())
def test_a_wrong_value_anywhere_in_json_is_refused_with_the_file(tmp_path, beginning, data):
    document = json.loads(beginning)
    node, key = {"": document}, ""
    while isinstance(node[key], (dict, list)) and node[key] and data.draw(st.booleans()):
        node = node[key]
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        key = data.draw(st.sampled_from(keys))
    node[key] = data.draw(JSON_VALUES)
    path = tmp_path / "a.json"
    path.write_text(json.dumps(document))
    read_or_refuse(path)


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE a [<!ENTITY b "c">]><annotations><image name="&b;"/></annotations>',
        '<!DOCTYPE a SYSTEM "file:///etc/passwd"><annotations><image name="a"/></annotations>',
    ],
)
def test_entities_and_outside_files_are_refused(tmp_path, text):
    path = tmp_path / "bomb.xml"
    path.write_text(text)
    with pytest.raises(LabelError, match=r"bomb\.xml declares"):
        read_labels(path)


def test_a_line_without_an_end_is_refused(tmp_path):
    path = tmp_path / "a.txt"
    with path.open("w") as stream:
        stream.write("a.jpg")
        for _ in range(50):
            stream.write(" 0.123456" * 20_000)
    with pytest.raises(LabelError, match=r"a\.txt, line 1 is longer"):
        read_labels(path)


@pytest.mark.parametrize("value", ["nan", "inf", "1e30", "1_000"])
def test_absurd_positions_are_refused(tmp_path, value):
    path = tmp_path / "a.csv"
    path.write_text(f"photo,A_x,A_y,B_x,B_y\na.jpg,{value},2,3,4\n")
    if value == "nan":
        assert read_labels(path).faces[0].visibility.tolist() == [0, 2]
        return
    with pytest.raises(LabelError, match=r"a\.csv, row 2"):
        read_labels(path)


class Attack:
    def __reduce__(self):
        return (print, ("this must not run",))


def test_a_pickle_in_a_table_runs_nothing(tmp_path, capsys):
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as data:
        group = data.create_group("df_with_missing")
        group.attrs["pandas_type"] = b"frame_table"
        table = group.create_dataset(
            "table", data=np.zeros(1, [("index", "S5"), ("values_block_0", "<f8", (2,))])
        )
        table.attrs["values_block_0_kind"] = np.void(pickle.dumps(Attack()))
    with pytest.raises(LabelError, match=r"a\.h5"):
        read_labels(path)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("suffix", [".json", ".xml", ".csv", ".pts", ".mat", ".txt", ".slp"])
def test_an_empty_file_is_named(tmp_path, suffix):
    path = tmp_path / f"nothing{suffix}"
    path.write_bytes(b"")
    with pytest.raises(LabelError, match="nothing"):
        read_labels(path)


# Finds of tests/fuzz.py, and files that are small but claim much


def analysis(path, tracks=None) -> None:
    with h5py.File(path, "w") as data:
        data["node_names"] = [b"a", b"b"]
        if tracks is None:
            data["tracks"] = np.ones((1, 2, 2, 1))
        else:
            tracks(data)


@pytest.mark.parametrize("signature", [b"HEAP", b"SNOD", b"TREE"])
@pytest.mark.parametrize("name", ["a.slp", "a.h5", "a.mat"])
def test_hdf5_with_damaged_folders_inside_is_refused(tmp_path, name, signature):
    path = tmp_path / name
    analysis(path)
    data = path.read_bytes()
    assert signature in data
    path.write_bytes(data.replace(signature, b"XXXX"))
    with pytest.raises(LabelError, match=name):
        read_labels(path)


def test_hdf5_that_leads_to_other_files_is_refused(tmp_path):
    secret = tmp_path / "secret.h5"
    analysis(secret)
    raw = tmp_path / "secret.bin"
    raw.write_bytes(bytes(64))

    def by_link(data):
        data["tracks"] = h5py.ExternalLink(str(secret), "tracks")

    def by_storage(data):
        data.create_dataset("tracks", (1, 2, 2, 1), "<f8", external=[(str(raw), 0, 32)])

    def by_view(data):
        layout = h5py.VirtualLayout((1, 2, 2, 1), "<f8")
        layout[:] = h5py.VirtualSource(str(secret), "tracks", (1, 2, 2, 1))
        data.create_virtual_dataset("tracks", layout)

    for number, tracks in enumerate((by_link, by_storage, by_view)):
        path = tmp_path / f"{number}.analysis.h5"
        analysis(path, tracks)
        with pytest.raises(LabelError, match=rf"{number}\.analysis\.h5 .* (another|other) file"):
            read_labels(path)


def test_hdf5_that_unpacks_to_gigabytes_is_refused(tmp_path):
    path = tmp_path / "a.analysis.h5"
    analysis(
        path,
        lambda data: data.create_dataset(
            "tracks", (100_000, 2, 2, 1000), "<f8", chunks=(1000, 2, 2, 1000), compression="gzip"
        ),
    )
    assert path.stat().st_size < 100_000
    with pytest.raises(LabelError, match=r"a\.analysis\.h5 .* claims 400,000,000 values"):
        read_labels(path)


def test_hdf5_with_a_link_that_leads_nowhere_is_refused(tmp_path):
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as data:
        data["nowhere"] = h5py.SoftLink("/gone")
    with pytest.raises(LabelError, match=r"a\.h5"):
        read_labels(path)


@pytest.mark.parametrize("value", [np.inf, 1e300])
def test_absurd_positions_in_hdf5_are_refused(tmp_path, value):
    path = tmp_path / "a.analysis.h5"
    analysis(path, lambda data: data.create_dataset("tracks", data=np.full((1, 2, 2, 1), value)))
    with pytest.raises(LabelError, match=r"a\.analysis\.h5: (inf|1e\+300) is no position"):
        read_labels(path)


LAUGHS = "a0: &a0 [x, x]\n" + "".join(f"a{k}: &a{k} [*a{k - 1}, *a{k - 1}]\n" for k in range(1, 30))


@pytest.mark.parametrize(
    "text",
    [
        "kpt_shape: ['', 3]", "kpt_shape: [[1], 3]", "kpt_shape: [-1, 3]",
        f"kpt_shape: [{'9' * 5000}, 3]", f"%\nkpt_shape: [{'9' * 5000}, 3]\nflip_idx: [1]",
        f"kpt_shape: [1, 3]\nnames: {{0: 0x{'f' * 90_000}}}",
        f"{LAUGHS}kpt_shape: [1, 3]\nnames: {{0: *a29}}\nkpt_names: [*a29]",
    ],
    ids=range(7),
)  # fmt: skip
def test_nonsense_about_a_yolo_data_set_is_not_used(tmp_path, text):
    (tmp_path / "data.yaml").write_text(text)
    path = tmp_path / "a.txt"
    path.write_text("0 0.5 0.5 0.2 0.2 0.1 0.2 2\n")
    face = read_labels(path).faces[0]
    assert face.points.tolist() == [[0.1, 0.2]]


def test_a_pipnet_line_without_landmarks_is_refused(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("a.jpg 0.1 0.2 0.3 0.4\nb.jpg\n")
    with pytest.raises(LabelError, match=r"a\.txt, line 2"):
        read_labels(path)


def test_the_address_of_a_photo_that_is_none_is_refused(tmp_path):
    path = tmp_path / "a.json"
    path.write_text(json.dumps([{"data": {"image": "http://[/a.jpg"}, "annotations": []}]))
    with pytest.raises(LabelError, match=r"a\.json, task 1"):
        read_labels(path)


def dlib_boxes(count):
    boxes = "".join(
        f"<box left='1' top='1' width='2' height='2'><part name='{k}' x='1' y='1'/></box>"
        for k in range(count)
    )
    return f"<dataset><images><image file='a.jpg'>{boxes}</image></images></dataset>"


def cvat_skeletons(count):
    labels = "".join(f"<label><name>{k}</name><parent>face</parent></label>" for k in range(count))
    faces = '<skeleton label="face"/>' * count
    return (
        f"<annotations><meta><labels>{labels}</labels></meta>"
        f'<image name="a.jpg">{faces}</image></annotations>'
    )


def labelme_groups(count):
    shapes = [
        {"label": str(k), "points": [[1, 2]], "shape_type": "point", "group_id": k, "flags": {}}
        for k in range(count)
    ]
    return json.dumps({"shapes": shapes, "imagePath": "a.jpg"})


def labelme_rectangles(count):
    return json.dumps(
        {
            "shapes": [
                {"label": "a", "points": [[1, 2], [3, 4]], "shape_type": "rectangle"},
                {"label": "a", "points": [[1, 2]], "shape_type": "point"},
            ] * count,
            "imagePath": "a.jpg",
        }
    )  # fmt: skip


@pytest.mark.parametrize(
    ("write", "count"),
    [(dlib_boxes, 750), (cvat_skeletons, 750), (labelme_groups, 750), (labelme_rectangles, 7500)],
)
def test_faces_whose_landmarks_all_have_other_names_do_not_fill_the_memory(
    tmp_path, monkeypatch, write, count
):
    monkeypatch.setattr(reading, "MAX_POINTS", 500_000)
    text = write(count)
    path = tmp_path / f"a{'.json' if text[0] == '{' else '.xml'}"
    path.write_text(text)
    with pytest.raises(LabelError, match=r"a\.(json|xml).*(positions together|rectangles)"):
        read_labels(path)


def test_a_folder_that_links_to_itself_is_read_once(tmp_path):
    folder = tmp_path / "labels"
    folder.mkdir()
    (folder / "a.pts").write_bytes(BEGINNINGS[0])
    (folder / "again").symlink_to(folder, target_is_directory=True)
    (folder / "loop.pts").symlink_to(folder / "loop.pts")
    assert [face.photo for face in read_labels(folder).faces] == ["a"]


def test_a_yolo_data_set_that_claims_many_landmarks_takes_no_memory_for_them(tmp_path):
    path = tmp_path / "data.yaml"
    path.write_text("kpt_shape: [9999999999999, 3]\nflip_idx: [0]\n")
    assert read_labels(path).flip is None
