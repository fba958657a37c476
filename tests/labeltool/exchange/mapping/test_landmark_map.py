"""Which landmark of a file is which of the project: by name, by order, by rule, from a file."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from labeltool.domain import UserError
from labeltool.exchange.mapping.landmark_map import (
    FileLandmarks,
    LandmarkMap,
    choices_between,
    choose_map,
    own_map,
    read_map,
    write_map,
)
from labeltool.exchange.mapping.published_rules import RULES
from labeltool.exchange.preview.evidence import is_mirrored
from pipnet.data.labelled_faces import LabelledFace
from pipnet.data.scheme import Scheme, load_scheme, shipped_schemes
from tests.projects import THREE

SCHEMES = {name: load_scheme(name) for name in shipped_schemes()}
SIZES = {scheme.count: scheme for scheme in SCHEMES.values()}


def named(*names: str) -> FileLandmarks:
    return FileLandmarks(len(names), names)


@pytest.mark.parametrize("rule", RULES, ids=[rule.name for rule in RULES])
def test_a_published_rule_keeps_left_and_right_apart(rule):
    """What the mirror of one scheme makes of a source, that of the other makes of the target."""
    theirs, ours = SIZES[rule.theirs], SIZES.get(rule.ours)
    assert rule.name.startswith(theirs.name)
    assert all(0 <= place < rule.theirs for group in rule.sources for place in group)
    if ours is None:
        return
    for target, group in enumerate(rule.sources):
        mirrored = {theirs.flip[place] for place in group}
        assert set(rule.sources[ours.flip[target]]) == mirrored


@pytest.mark.parametrize("rule", RULES, ids=[rule.name for rule in RULES])
def test_a_published_rule_puts_landmarks_where_the_other_scheme_has_them(rule):
    """The typical face of the one scheme, mapped and laid on that of the other, is near it."""
    theirs, ours = SIZES[rule.theirs], SIZES.get(rule.ours)
    if ours is None:
        return
    mapped = LandmarkMap(FileLandmarks(rule.theirs, None), rule.sources).points(theirs.unit_shape())
    wanted = ours.unit_shape()
    both = np.isfinite(mapped).all(1)
    given = np.column_stack([mapped[both], np.ones(both.sum())])
    laid = given @ np.linalg.lstsq(given, wanted[both], rcond=None)[0]
    assert np.linalg.norm(laid - wanted[both], axis=1).max() < 0.06
    assert not is_mirrored(mapped, wanted)


def test_every_point_of_300w_has_one_of_wflw():
    rule = next(rule for rule in RULES if rule.name == "wflw-300w")
    chosen = [place for (place,) in rule.sources]
    assert chosen[:17] == list(range(0, 33, 2))
    assert chosen[36:48] == [60, 61, 63, 64, 65, 67, 68, 69, 71, 72, 73, 75]
    assert chosen[48:] == list(range(76, 96))
    assert len(set(chosen)) == 68


def test_the_way_there_and_back_is_the_same():
    rules = {rule.name: rule.sources for rule in RULES}
    for there, back in (("wflw-300w", "300w-wflw"), ("wflw-lapa", "lapa-wflw")):
        for target, group in enumerate(rules[there]):
            if group:
                assert rules[back][group[0]] == (target,)


def test_five_points_of_68_are_the_middles_of_the_eyes_the_nose_and_the_mouth():
    face = SCHEMES["300w"].unit_shape()
    theirs = FileLandmarks(68, None)
    five = choose_map("300w-5", theirs, Scheme.numbered("5", 5)).points(face)
    np.testing.assert_allclose(five[0], (face[36] + face[39]) / 2)
    np.testing.assert_allclose(five[2:], face[[30, 48, 54]])


def test_landmarks_are_found_by_name_whatever_their_order():
    mapping = choose_map("names", named("Nose", "ear", "left"), THREE)
    assert mapping.sources == ((2,), (), (0,))
    points = np.array([[1.0, 1], [2, 2], [3, 3]])
    row = mapping.apply(LabelledFace("a", points, names=mapping.theirs.names))
    np.testing.assert_array_equal(row.points, [[3, 3], [np.nan, np.nan], [1, 1]])
    assert row.visibility.tolist() == [2, 0, 2]


def test_visibility_follows_its_landmark():
    mapping = LandmarkMap(FileLandmarks(3, None), ((1, 2), (0,), ()))
    face = LabelledFace("a", np.arange(6.0).reshape(3, 2), visibility=np.array([2, 1, 2], np.int8))
    row = mapping.apply(face)
    np.testing.assert_array_equal(row.points, [[3, 4], [0, 1], [np.nan, np.nan]])
    assert row.visibility.tolist() == [1, 2, 0]


def test_numbers_count_as_an_order():
    theirs = named("p3", "p1", "p2")
    assert choose_map("order", theirs, THREE).sources == ((1,), (2,), (0,))
    assert own_map(theirs, THREE).sources == ((1,), (2,), (0,))


def test_by_order_takes_the_first_and_leaves_the_rest_absent():
    assert choose_map("order", FileLandmarks(2, None), THREE).sources == ((0,), (1,), ())
    assert choose_map("order", FileLandmarks(5, None), THREE).sources == ((0,), (1,), (2,))


def test_a_face_with_its_landmarks_in_another_order_is_mapped_by_their_names():
    mapping = choose_map("names", named("left", "right", "nose"), THREE)
    row = LabelledFace("a", np.array([[9.0, 9], [1, 1]]), names=("nose", "left"))
    found = mapping.for_face(row, None)
    np.testing.assert_array_equal(found.apply(row).points, [[1, 1], [np.nan, np.nan], [9, 9]])
    assert mapping.for_face(LabelledFace("a", np.zeros((2, 2))), None) is None


def test_other_names_are_not_matched_without_a_mapping():
    assert own_map(named("left", "right", "tail"), THREE) is None
    assert own_map(FileLandmarks(4, None), THREE) is None


def test_a_mapping_file_is_read_back(tmp_path: Path):
    theirs = named("links", "rechts", "코")
    mapping = LandmarkMap(theirs, ((0,), (), (0, 1)))
    write_map(tmp_path / "map.json", mapping, THREE)
    assert json.loads((tmp_path / "map.json").read_text(encoding="utf-8"))["landmarks"] == {
        "left": "links", "right": None, "nose": ["links", "rechts"],
    }  # fmt: skip
    assert read_map(tmp_path / "map.json", theirs, THREE) == mapping
    assert choose_map(str(tmp_path / "map.json"), theirs, THREE) == mapping
    unnamed = LandmarkMap(FileLandmarks(3, None), ((2,), (1,), ()))
    write_map(tmp_path / "map.json", unnamed, THREE)
    assert read_map(tmp_path / "map.json", unnamed.theirs, THREE) == unnamed


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[", "is no mapping"),
        ("{}", "no entry 'landmarks'"),
        ('{"landmarks": {"tail": 1}}', "no landmark 'tail'"),
        ('{"landmarks": {"nose": 3}}', "no landmark 3"),
        ('{"landmarks": {"nose": "ear"}}', 'no landmark "ear"'),
        ('{"landmarks": {"nose": true}}', "no landmark true"),
        ('{"landmarks": {"nose": null}}', "maps no landmark"),
    ],
)
def test_a_wrong_mapping_file_is_refused_with_its_fault(tmp_path: Path, text: str, said: str):
    (tmp_path / "map.json").write_text(text)
    with pytest.raises(UserError, match=said):
        read_map(tmp_path / "map.json", named("a", "b", "c"), THREE)


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("wflw-300w", "makes 68 landmarks from 98"),
        ("nothing", "There is no mapping nothing"),
        ("names", "No landmark of the label file has a name"),
    ],
)
def test_a_mapping_that_does_not_fit_is_refused(what: str, said: str):
    with pytest.raises(UserError, match=said):
        choose_map(what, FileLandmarks(3, None), THREE)


def test_what_can_be_chosen_without_a_file():
    assert list(choices_between(FileLandmarks(98, None), SCHEMES["300w"])) == ["wflw-300w", "order"]
    assert list(choices_between(named("left", "x", "y"), THREE)) == ["names", "order"]
