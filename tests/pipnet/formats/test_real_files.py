"""Files that other tools wrote, read with the values that were checked by hand."""

from pathlib import Path

import numpy as np
import pytest

from pipnet.data.coco import LabelError
from pipnet.formats.registry import read_labels

pytestmark = pytest.mark.shared


@pytest.fixture
def real(shared: Path) -> Path:
    folder = shared / "formats_real"
    if not folder.is_dir():
        pytest.skip("the real label files are not there")
    return folder


# file, format, unit, faces, photo of the first face, its landmarks, and some of them
FILES = [
    ("pts/einstein.pts", "pts", "pixels", 1, "einstein", 68,
     {0: (356.417253, 307.455774), 67: (399.650249, 349.577847)}),
    ("pts/300vw_000006.pts", "pts", "pixels", 1, "300vw_000006", 68,
     {0: (742.224, 196.764), 30: (787.975, 221.281)}),
    ("pts/merlrav_front_00019.pts", "pts", "pixels", 1, "merlrav_front_00019", 68,
     {0: (265.722943, 79.695544), 5: (276.321205, 126.179152)}),
    ("pts/noheader_afw_1051618982_1.pts", "pts", "pixels", 1, "noheader_afw_1051618982_1", 68,
     {0: (481.866335, 267.009351)}),
    ("pts/fbp5500_AF1_binary.pts", "pts", "pixels", 1, "fbp5500_AF1_binary", 86,
     {0: (178, 76), 30: (149, 133), 85: (201, 233)}),
    ("pts/clm_child2_det_0.pts", "pts", "pixels", 1, "clm_child2", 68,
     {0: (696.749, 552.606), 67: (917.19, 833.431)}),
    ("wflw/list_98pt_rect_attr_test.1row.txt", "wflw", "pixels", 1,
     "37--Soccer/37_Soccer_soccer_ball_37_45.jpg", 98,
     {0: (182.212006, 268.895996), 97: (299.024561, 308.745029)}),
    ("wflw/list_68pt_rect_attr_test.wflw.40rows.txt", "wflw", "pixels", 40,
     "37--Soccer/37_Soccer_soccer_ball_37_45.jpg", 68, {5: (219.837267, 358.105834)}),
    ("cofw68/1_points.mat", "cofw68", "pixels", 1, "1", 68,
     {0: (57.006261, 30.043560), 67: (105.475896, 83.851389)}),
    ("coco/mmpose_lapa106.json", "coco", "pixels", 2, "10773046825_0.jpg", 106,
     {0: (406, 644), 5: (389, 834), 105: (762, 663)}),
    ("coco/mmpose_wflw98.json", "coco", "pixels", 4,
     "36_Football_americanfootball_ball_36_415.jpg", 98, {0: (440.696106, 132.732559)}),
    ("coco/mmpose_cofw29.json", "coco", "pixels", 2, "001766.jpg", 29,
     {0: (46.562535, 120.075755), 28: (94.995370, 271.120532)}),
    ("coco/mmpose_halpe136.json", "coco", "pixels", 14, "000000000785.jpg", 136, {0: (367, 81)}),
    ("coco/cvat_tiger13_person_keypoints_default.json", "coco", "pixels", 2, "Frame_0.jpg", 13,
     {0: (440.1, 347.25), 12: (1145.36, 473.8)}),
    ("coco/roboflow_mocap_annotations.coco.json", "coco", "pixels", 192, None, 18,
     {0: (2028.823, 994.706), 17: (2112.353, 993.529)}),
    ("coco/datumaro_person_keypoints_val.json", "coco", "pixels", 2, "b.jpg", 3,
     {0: (1, 2), 1: (3, 4), 2: (2, 3)}),
    ("coco/xanylabeling_coco_keypoints.json", "coco", "pixels", 6, "000000000036.jpg", 17,
     {0: (250, 244), 5: (368, 332)}),
    ("cvat/oldpoints_estop.xml", "cvat", "pixels", 19, "Clipped_image_20231015_123645.png", 5,
     {0: (71.30, 69.54), 4: (393.41, 349.41)}),
    ("cvat/face15_singlepoints_attr.xml", "cvat", "pixels", 15, "FKP/1.jpg", 15,
     {0: (1579.99, 2153.33)}),
    ("labelstudio/keypoints_bbox_relations.json", "labelstudio", "pixels", 1, "image1.jpg", 3,
     {0: (139.2, 68.365957)}),
    ("labelstudio/keypoints_bbox_json_min.json", "labelstudio", "pixels", 1, "image1.jpg", 3,
     {0: (139.2, 68.365957)}),
    ("labelstudio/frontend_keypoints_no_size.json", "labelstudio", "fraction", 1,
     "spacexmoon-800x501.jpg", 2, {0: (0.496, 0.52340426)}),
    ("labelme/face18_2.json", "labelme", "pixels", 1, "../2.png", 18,
     {0: (389.150538, 483.774194)}),
    ("labelme/rect_points_nogroup.json", "labelme", "pixels", 2, "DSC_0281.jpg", 3,
     {0: (4434, 284)}),
    ("labelme/xanylabeling_human_pose.json", "labelme", "pixels", 1, "human-pose.jpeg", 16,
     {0: (263, 299)}),
    ("yolo/xanylabeling_human-pose.txt", "yolo", "fraction", 1, "xanylabeling_human-pose", 17,
     {0: (0.526, 0.398667), 16: (0.476, 0.781333)}),
    ("yolo/pen_mouse/labels/IMG_20231113_115448_218.txt", "yolo", "fraction", 2,
     "IMG_20231113_115448_218", 10, {4: (0.6386666666666667, 0.48475)}),
    ("dlib/training_with_face_landmarks.xml", "dlib", "pixels", 18, "2007_007763.jpg", 68,
     {0: (201, 107), 5: (206, 123), 67: (209, 121)}),
    ("dlib/stickleback_20images.xml", "dlib", "pixels", 20, "output5/test0/BB00096SALM02.jpg", 40,
     {0: (1569, 1914), 5: (1792, 1833), 39: (3021, 1806)}),
    ("dlc/CollectedData_annotator.csv", "dlc", "pixels", 55,
     "labeled-data/reachingvideo1/img005.png", 5, {0: (185.251735, 610.362276)}),
    ("dlc/CollectedData_annotator.h5", "dlc", "pixels", 55,
     "labeled-data/reachingvideo1/img005.png", 5, {1: (208.258768, 638.481982)}),
    ("dlc/dlc_testdata_v2_3index.csv", "dlc", "pixels", 3, "labeled-data/video/img000.png", 3,
     {0: (0, 1), 2: (4, 5)}),
    ("dlc/lightningpose_mirror_mouse.csv", "dlc", "pixels", 90, "labeled-data/img01.png", 17,
     {0: (77.25, 36.25)}),
    ("sleap/minimal_instance.slp", "sleap", "pixels", 2,
     "centered_pair_low_quality.mp4 frame 0", 2, {0: (92.652208, 202.725978)}),
    ("sleap/test_grid_labels.legacy.slp", "sleap", "pixels", 1, None, 3,
     {0: (-1, -1), 1: (-0.5, -0.5), 2: (-1, 0)}),
    ("sleap/small_robot_3_frame.analysis.h5", "sleap", "pixels", 3, None, 3,
     {0: (322.876010, 60.307855)}),
    ("ljson/lenna_v3.ljson", "ljson", "pixels", 2, "lenna_v3", 68,
     {0: (200.534483, 268.62069), 5: (233.465517, 375)}),
    ("tps/mlmorph_example.tps", "tps", "pixels", 58, "63001.jpg", 12, {0: (290, 108)}),
    ("tps/momocs_lm_scale.tps", "tps", "pixels", 2, "plop.jpg", 5, {1: (773, 1457)}),
    ("pipnet/wflw_train_semi_l_00050.20rows.txt", "pipnet", "fraction", 20, "wflw_train_6541.jpg",
     98, {0: (0.01177311764705889, 0.324950304964539)}),
    ("via/csrnet_3images.json", "via", "pixels", 3, "20250829_202417.jpg", 217,
     {0: (739, 830), 216: (721, 3397)}),
    ("via/spine_0001.csv", "via", "pixels", 1, "0001.jpg", 68, {5: (1303, 1388)}),
    ("csv/openface_20rows.csv", "openface", "pixels", 20, "frame 1", 68,
     {0: (277.276, 181.19), 67: (329.36, 236.823)}),
    ("csv/mediapipe478_facial_landmarks.csv", "mediapipe", "fraction", 1, "facial.jpg", 478,
     {0: (0.5149994492530823, 0.49086350202560425)}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "form", "unit", "count", "photo", "landmarks", "values"), FILES,
    ids=[row[0] for row in FILES],
)  # fmt: skip
def test_a_real_file_has_the_values_of_its_tool(
    real, name, form, unit, count, photo, landmarks, values
):
    file = read_labels(real / name)
    assert (file.format, file.unit, len(file.faces)) == (form, unit, count)
    face = file.faces[0]
    assert len(face.points) == landmarks
    assert photo is None or face.photo == photo
    for landmark, position in values.items():
        np.testing.assert_allclose(face.points[landmark], position, atol=1e-5)


def test_hidden_landmarks_are_told_from_visible_and_absent_ones(real):
    def counts(name, index=0):
        return np.bincount(read_labels(real / name).faces[index].visibility, minlength=3).tolist()

    assert counts("pts/merlrav_front_00019.pts") == [0, 2, 66]
    assert counts("cofw68/1_points.mat") == [0, 16, 52]
    assert counts("coco/mmpose_cofw29.json", 1)[1] > 0
    assert counts("coco/mmpose_wflw98.json") == [0, 0, 98]  # 1 everywhere says "labelled"
    assert counts("coco/mmpose_halpe136.json") == [81, 0, 55]
    assert counts("dlc/lightningpose_mirror_mouse.csv") == [2, 0, 15]
    photos = {face.photo: face for face in read_labels(real / FILES[18][0]).faces}
    assert (photos["FKP/10.jpg"].visibility == 1).sum() == 3


def test_points_of_a_skeleton_are_matched_by_their_labels(real):
    faces = read_labels(real / "cvat/skeleton_2classes.xml").faces
    mouse = next(face for face in faces if len(face.names) == 6)
    place = dict(zip(mouse.names, mouse.points.tolist(), strict=True))
    assert place["2"] == [4125.25, 3773.86]
    assert place["1"] == [3832.37, 3878.68]
    assert mouse.visibility[mouse.names.index("5")] == 1
    pen = next(face for face in faces if len(face.names) != 6)
    assert pen.names == ("1", "2", "3", "4")


def test_animals_of_a_row_are_faces_and_a_short_row_has_none(real):
    file = read_labels(real / "dlc/maudlc_testdata_v2_ragged.csv")
    first = [face for face in file.faces if face.photo.endswith("img000.png")]
    assert [face.points.tolist() for face in first] == [
        [[0, 1], [2, 3], [4, 5]],
        [[6, 7], [8, 9], [10, 11]],
    ]
    assert first[0].names == ("A", "B", "C")
    assert not any(face.photo.endswith("img002.png") for face in file.faces)
    assert any(face.names == ("D", "E") and face.points[0, 0] == 22 for face in file.faces)


def test_both_tables_of_deeplabcut_say_the_same(real):
    table, text = (
        read_labels(real / f"dlc/CollectedData_annotator.{suffix}").faces
        for suffix in ("h5", "csv")
    )
    for ours, theirs in zip(table, text, strict=True):
        assert (ours.photo, ours.names) == (theirs.photo, theirs.names)
        np.testing.assert_array_equal(ours.points, theirs.points)


def test_y_of_tps_counts_from_below_and_the_scale_is_not_applied(real):
    file = read_labels(real / "tps/momocs_lm_scale.tps")
    assert file.is_y_up
    assert any("SCALE" in note for note in file.notes)
    photos = [face.photo for face in read_labels(real / "tps/orthetrum_forewing_40.tps").faces]
    assert all(photo.startswith("C:/Users/") for photo in photos)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("dlib/testing_boxes_only.xml", "25 of 25 boxes have no parts"),
        ("ljson/face_2d_v2_nulls.json", "no landmark has a position"),
        ("ljson/ibug68_template_v1.json", "three dimensions"),
        ("pipnet/meanface_WFLW.txt", "mean face"),
        ("coco/roboflow_mocap_annotations.coco.json", "Roboflow"),
        ("yolo/face5_widerface.yaml", "not beside it"),
        ("sleap/predictions_labels_pr.val.slp", "predictions are read"),
        ("csv/mediapipe478_facial_landmarks.csv", "header says that all x come first"),
    ],
)
def test_what_a_file_lacks_or_means_is_noted(real, name, words):
    assert any(words in note for note in read_labels(real / name).notes)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("supervisely/graph_object.json", "Supervisely"),
        ("labelstudio/keypoints_bbox_label_config.xml", "labelling configuration"),
    ],
)
def test_what_is_no_label_file_is_named(real, name, words):
    with pytest.raises(LabelError, match=words):
        read_labels(real / name)
