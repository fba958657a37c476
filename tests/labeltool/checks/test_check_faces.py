"""Known errors in random faces of a scheme are found, named and mended; good faces pass."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from labeltool.checks.check_faces import CheckedFaces, Checker
from labeltool.checks.findings import Check, Finding, Fix
from labeltool.checks.geometry_checks import sizes, tight_boxes
from pipnet.data.scheme import Scheme, load_scheme

SCHEME = load_scheme("300w")
FLIP = np.array(SCHEME.flip)


def _template() -> NDArray[np.float64]:
    """A plain face of 68 points, 100 pixels between the outer eye corners."""
    t = np.linspace(0, np.pi, 17)
    jaw = np.stack([-75 * np.cos(t), 90 * np.sin(t)], 1)
    brow = np.stack([np.linspace(-60, -15, 5), [-25.0, -32, -34, -32, -27]], 1)
    nose = np.stack([np.zeros(4), np.linspace(0, 30, 4)], 1)
    base = np.stack([np.linspace(-14, 14, 5), [36.0, 39, 41, 39, 36]], 1)
    eye = np.array([[-50.0, 0], [-42, -6], [-30, -6], [-22, 0], [-30, 5], [-42, 5]])
    turn = np.pi + np.arange(12) * np.pi / 6
    outer = np.stack([30 * np.cos(turn), 60 + 13 * np.sin(turn)], 1)
    turn = np.pi + np.arange(8) * np.pi / 4
    inner = np.stack([22 * np.cos(turn), 60 + 6 * np.sin(turn)], 1)
    points = np.zeros((68, 2))
    points[:27] = [*jaw, *brow, *(brow[::-1] * [-1, 1])]
    points[27:36] = [*nose, *base]
    points[36:42], points[48:60], points[60:] = eye, outer, inner
    points[FLIP[36:42]] = eye * [-1, 1]
    return points


def _faces(count: int, seed: int) -> CheckedFaces:
    random = np.random.default_rng(seed)
    made = np.repeat(_template()[None], count, 0)
    made[:, :, 1] *= random.normal(1, 0.06, (count, 1))
    made[:, 48:, 1] += random.normal(0, 3, (count, 1))
    made += random.normal(0, 1.2, made.shape)
    angle = random.normal(0, 0.15, count)
    cos, sin = np.cos(angle), np.sin(angle)
    turn = np.stack([np.stack([cos, sin], -1), np.stack([-sin, cos], -1)], 1)
    made = made @ turn * random.uniform(0.4, 2, (count, 1, 1)) + 400
    plain = np.arange(count)
    return CheckedFaces(
        plain, plain, made, np.full((count, 2), 800.0), tight_boxes(made),
        np.full((count, 68), 2, np.int8), np.ones(count, bool),
    )  # fmt: skip


@pytest.fixture(scope="module")
def checker() -> Checker:
    return Checker.learned(_faces(200, 0).points, SCHEME)


@pytest.fixture
def faces() -> CheckedFaces:
    return _faces(60, 1)


def _with(faces: CheckedFaces, points: NDArray[np.float64]) -> CheckedFaces:
    return replace(faces, points=points)


def _share(found: list[Finding], check: Check, count: int) -> float:
    return len({each.face_id for each in found if each.check is check}) / count


def test_good_faces_pass(checker: Checker, faces: CheckedFaces) -> None:
    assert len({each.face_id for each in checker.check(faces)}) <= 1


def test_swapped_sides_are_swapped_back(checker: Checker, faces: CheckedFaces) -> None:
    found = checker.check(_with(faces, faces.points[:, FLIP]))
    assert [each.check for each in found] == [Check.SIDES] * 60
    assert all(each.fix is Fix.SWAP for each in found)
    for each in found:
        np.testing.assert_array_equal(each.mended, faces.points[each.face_id])


@pytest.mark.parametrize(("first", "last"), [(36, 42), (17, 22), (45, 46)])
def test_a_swapped_pair_is_swapped_back(
    checker: Checker, faces: CheckedFaces, first: int, last: int
) -> None:
    wrong, both = faces.points.copy(), [*range(first, last), *FLIP[first:last]]
    wrong[:, both] = faces.points[:, FLIP[both]]
    found = checker.check(_with(faces, wrong))
    assert _share(found, Check.PAIR, 60) >= 0.95
    for each in found:
        if each.check is Check.PAIR and each.mended is not None:
            off = np.abs(each.mended - faces.points[each.face_id]).max()
            assert off == 0
            assert set(each.landmarks) == set(map(int, both))


def test_a_contour_out_of_order_is_put_in_order(checker: Checker, faces: CheckedFaces) -> None:
    wrong = faces.points.copy()
    wrong[:, [3, 4]] = wrong[:, [4, 3]]
    found = checker.check(_with(faces, wrong))
    assert _share(found, Check.ORDER, 60) >= 0.95
    first = next(each for each in found if each.check is Check.ORDER)
    assert first.landmarks == (3, 4)
    assert str(first.sentence(SCHEME.names)) == (
        "Along the contour, landmarks are out of order: 4 right jaw 4, 5 right jaw 5."
    )


def test_a_landmark_far_off_is_moved_back(checker: Checker, faces: CheckedFaces) -> None:
    wrong, size = faces.points.copy(), sizes(faces.points, SCHEME)
    wrong[:, 30] += np.stack([0.3 * size, 0 * size], 1)
    found = [each for each in checker.check(_with(faces, wrong)) if each.check is Check.FAR]
    assert len(found) >= 57
    for each in found:
        assert each.mended is not None
        off = np.linalg.norm(each.mended[30] - faces.points[each.face_id, 30])
        assert off < 0.1 * size[each.face_id]
        others = np.setdiff1d(np.arange(68), each.landmarks)
        np.testing.assert_array_equal(each.mended[others], wrong[each.face_id][others])


def test_an_eye_outside_the_face(checker: Checker, faces: CheckedFaces) -> None:
    wrong = faces.points.copy()
    wrong[:, 36:42, 0] -= 1.2 * sizes(faces.points, SCHEME)[:, None]
    found = checker.check(_with(faces, wrong))
    assert _share(found, Check.EYE, 60) >= 0.95


def test_crossed_contours(checker: Checker, faces: CheckedFaces) -> None:
    wrong, size = faces.points.copy(), sizes(faces.points, SCHEME)
    wrong[:, 19, 1] += 0.45 * size  # a brow through the eye below it
    assert _share(checker.check(_with(faces, wrong)), Check.CROSSED, 60) >= 0.9


def test_two_landmarks_in_one_place(checker: Checker, faces: CheckedFaces) -> None:
    wrong = faces.points.copy()
    wrong[:, 8] = wrong[:, 9]
    found = [e for e in checker.check(_with(faces, wrong)) if e.check is Check.SAME_PLACE]
    assert len(found) >= 57
    assert all(each.landmarks == (8, 9) for each in found)


def test_a_landmark_outside_the_photo_is_moved_inside(
    checker: Checker, faces: CheckedFaces
) -> None:
    wrong = faces.points.copy()
    wrong[:, 8, 1] = 830
    found = [e for e in checker.check(_with(faces, wrong)) if e.check is Check.OUTSIDE]
    assert len(found) == 60
    for each in found:
        assert each.mended is not None
        assert (each.mended[8] <= 799).all()


def test_a_face_unlike_all_others(checker: Checker, faces: CheckedFaces) -> None:
    found = checker.check(_with(faces, np.roll(faces.points, 20, axis=1)))
    assert _share(found, Check.UNLIKE, 60) >= 0.95


def test_a_box_elsewhere(checker: Checker, faces: CheckedFaces) -> None:
    found = checker.check(replace(faces, boxes=faces.boxes + np.array([300, 0, 0, 0])))
    assert [each.check for each in found if each.check is Check.BOX] == [Check.BOX] * 60


def test_the_second_of_two_faces_in_one_place(checker: Checker, faces: CheckedFaces) -> None:
    photos = np.repeat(np.arange(30), 2)
    twice = faces.points.copy()
    twice[1::2] = twice[::2] + 1
    found = checker.check(replace(_with(faces, twice), photos=photos, boxes=tight_boxes(twice)))
    doubles = {e.face_id: e.other for e in found if e.check is Check.DUPLICATE}
    assert doubles == {k: k - 1 for k in range(1, 60, 2)}


def test_each_later_one_of_three_faces_in_one_place_is_found_once(
    checker: Checker, faces: CheckedFaces
) -> None:
    points = faces.points.copy()
    points[[3, 4]] = points[2]
    photos = faces.photos.copy()
    photos[[3, 4]] = photos[2]
    found = checker.check(replace(_with(faces, points), photos=photos))
    pairs = [(each.face_id, each.other) for each in found if each.check is Check.DUPLICATE]
    first = int(faces.ids[2])
    assert sorted(pairs) == [(int(faces.ids[3]), first), (int(faces.ids[4]), first)]


def test_contradictory_visibility(checker: Checker, faces: CheckedFaces) -> None:
    stated, points = faces.stated.copy(), faces.points.copy()
    stated[0, 5] = 0
    points[1, 7] = np.nan
    found = checker.check(replace(_with(faces, points), stated=stated))
    assert [(e.face_id, e.landmarks) for e in found if e.check is Check.VISIBILITY] == [
        (0, (5,)), (1, (7,)),
    ]  # fmt: skip


def test_absent_landmarks_are_no_finding_and_stay_absent(
    checker: Checker, faces: CheckedFaces
) -> None:
    points = faces.points.copy()
    points[:, 5:9] = np.nan
    quiet = replace(_with(faces, points), is_stated=np.zeros(60, bool))
    assert len({each.face_id for each in checker.check(quiet)}) <= 2
    points = points[:, FLIP]
    for each in checker.check(replace(quiet, points=points)):
        assert each.mended is not None
        assert np.isnan(each.mended).any(1).sum() == 4


def test_a_face_with_one_landmark_or_none_is_passed_over(
    checker: Checker, faces: CheckedFaces
) -> None:
    points = np.full((2, 68, 2), np.nan)
    points[1, 0] = 5
    two = CheckedFaces(
        faces.ids[:2], faces.photos[:2], points, faces.photo_sizes[:2], faces.boxes[:2] * np.nan,
        faces.stated[:2], np.zeros(2, bool),
    )  # fmt: skip
    assert checker.check(two) == []


def test_a_scheme_says_which_checks_it_cannot_have() -> None:
    bare = Checker.learned(_faces(60, 2).points, Scheme.numbered("plain", 68))
    assert bare.unavailable() == [
        Check.SIDES, Check.PAIR, Check.ORDER, Check.EYE, Check.CROSSED,
    ]  # fmt: skip
    few = Checker.learned(_faces(5, 2).points, SCHEME)
    assert few.unavailable() == [
        Check.SIDES, Check.PAIR, Check.ORDER, Check.SAME_PLACE, Check.FAR, Check.UNLIKE,
    ]  # fmt: skip


def test_errors_among_the_faces_hardly_shape_what_is_usual(faces: CheckedFaces) -> None:
    points = _faces(200, 3).points
    points[:10] = points[:10, FLIP]
    checker = Checker.learned(points, SCHEME)
    found = checker.check(_with(faces, faces.points[:, FLIP]))
    assert _share(found, Check.SIDES, 60) >= 0.95


def test_a_sentence_names_landmarks_as_they_are_drawn() -> None:
    eyes = Finding(1, Check.PAIR, tuple(range(36, 48)))
    assert str(eyes.sentence(SCHEME.names)) == "Left and right are swapped: 37-48."
    named = Finding(1, Check.FAR, (0, 2))
    assert str(named.sentence(("chin", "nose", "brow"))).endswith("expect it: 1 chin, 3 brow.")
    many = Finding(1, Check.OUTSIDE, tuple(range(0, 40, 4)))
    assert str(many.sentence(SCHEME.names)) == "Outside the photo: 10 landmarks."
