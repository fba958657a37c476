"""Landmark schemes: what ships, what users write, what is wrong with theirs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipnet import resources
from pipnet.data.scheme import (
    Scheme,
    SchemeError,
    load_scheme,
    read_scheme,
    shipped_schemes,
)
from tests.pipnet.drawn import FIVE

OWN = """
name = "my faces"
names = ["left", "right", "nose", "chin"]
flip = [1, 0, 2, 3]
lines = [[0, 2, 3]]
loops = [[0, 1, 2]]
edges = [[1, 3]]
curves = [[0, 3, 1]]
nme_pair = [0, 1]
[regions]
eyes = [0, 1]
rest = [2, 3]
"""


def written(tmp_path: Path, text: str) -> str:
    path = tmp_path / "own.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("name", "count", "pair", "curves"),
    [
        ("300w", 68, (36, 45), [17, 5, 5]),
        ("wflw", 98, (60, 72), [33, 10, 10]),
        ("cofw", 29, (8, 9), []),
        ("aflw", 19, None, []),
        ("lapa", 106, (66, 79), [33, 10, 10]),
        ("five-points", 5, (0, 1), []),
    ],
)
def test_the_schemes_of_the_data_sets(
    name: str, count: int, pair: tuple[int, int] | None, curves: list[int]
) -> None:
    scheme = load_scheme(name)
    assert (scheme.count, scheme.nme_pair) == (count, pair)
    assert [len(curve) for curve in scheme.curves] == curves
    assert name in shipped_schemes()


@pytest.mark.parametrize("name", shipped_schemes())
def test_shipped_schemes_are_symmetric(name: str) -> None:
    scheme = load_scheme(name)
    assert scheme.name == name
    table = scheme.flip_table
    assert table is not None
    np.testing.assert_array_equal(table[table], np.arange(scheme.count), "flip twice is identity")
    assert (table != np.arange(scheme.count)).any()
    if scheme.nme_pair is not None:
        assert table[scheme.nme_pair[0]] == scheme.nme_pair[1], "left and right of a face"
    for rows in (scheme.edges, scheme.curves, scheme.regions.values()):
        there = {frozenset(row) for row in rows}
        assert {frozenset(table[list(row)].tolist()) for row in rows} == there
    assert scheme.edges
    in_regions = sorted(k for row in scheme.regions.values() for k in row)
    assert in_regions == list(range(scheme.count)), "each landmark is in one region"


@pytest.mark.parametrize("name", shipped_schemes())
def test_shipped_names_say_the_side_of_the_person(name: str) -> None:
    scheme = load_scheme(name)
    other_side = {"left": "right", "right": "left"}
    for own, mirrored in zip(scheme.names, scheme.flip, strict=True):
        side, _, rest = own.partition(" ")
        expected = f"{other_side[side]} {rest}" if side in other_side else own
        assert scheme.names[mirrored] == expected
    shape = scheme.unit_shape()
    assert shape is not None
    turned = shape[list(scheme.flip)] * [-1, 1] + [1, 0]
    np.testing.assert_allclose(turned, shape, atol=0.005, err_msg="the shape is symmetric")
    for own, (x, _y) in zip(scheme.names, shape.tolist(), strict=True):
        assert not own.startswith("right ") or x < 0.5, "the person's right is left in the photo"


def test_names_of_300w() -> None:
    names = load_scheme("300w").names
    assert names[54] == "left mouth corner"
    assert (names[8], names[30]) == ("chin", "nose tip")


def test_a_shipped_scheme_stored_with_numbers_gets_its_names() -> None:
    shipped = load_scheme("300w")
    stored = Scheme.numbered("300w", 68)
    assert Scheme.from_json(stored.to_json()).names == shipped.names
    other_count = Scheme.numbered("300w", 66)
    assert Scheme.from_json(other_count.to_json()).is_numbered
    own = Scheme.numbered("68 points", 68)
    assert Scheme.from_json(own.to_json()).is_numbered


def test_the_starter_knows_the_names() -> None:
    assert read_scheme(resources.starter()).names == load_scheme("300w").names


@pytest.mark.parametrize("name", shipped_schemes())
def test_toml_and_back(name: str, tmp_path: Path) -> None:
    scheme = load_scheme(name)
    assert load_scheme(written(tmp_path, scheme.to_toml())) == scheme


def test_toml_of_awkward_names(tmp_path: Path) -> None:
    scheme = Scheme(
        'a "b" \\c', ('턱 "끝"', "back\\slash", "delete\x7f", "line\nbreak"),
        regions={"눈.x": (0, 1)}, shape=((0, 1e-9), (1, 2), (3.25, 4), (5, -6)),
    )  # fmt: skip
    assert load_scheme(written(tmp_path, scheme.to_toml())) == scheme


def test_the_mirror_of_300w() -> None:
    flip = load_scheme("300w").flip
    assert flip[:3] == (16, 15, 14)
    assert flip[36:42] == (45, 44, 43, 42, 47, 46)
    assert flip[27:31] == (27, 28, 29, 30)


def test_an_own_scheme_from_toml(tmp_path: Path) -> None:
    scheme = load_scheme(written(tmp_path, OWN))
    assert scheme.name == "my faces"
    assert scheme.names == ("left", "right", "nose", "chin")
    assert scheme.edges == ((1, 3), (0, 2), (2, 3), (0, 1), (1, 2), (2, 0))
    assert scheme.flip == (1, 0, 2, 3)
    assert scheme.curves == ((0, 3, 1),)
    assert scheme.nme_pair == (0, 1)
    assert scheme.regions == {"eyes": (0, 1), "rest": (2, 3)}


def test_the_least_an_own_scheme_needs(tmp_path: Path) -> None:
    scheme = load_scheme(written(tmp_path, "landmarks = 12"))
    assert scheme.name == "own"
    assert scheme.names[0] == "00"
    assert scheme.names[-1] == "11"
    assert scheme.flip_table is None


def test_a_number_of_points_is_a_scheme() -> None:
    scheme = load_scheme("86")
    assert scheme.count == 86
    assert scheme.edges == ()
    assert scheme.nme_pair is None


@pytest.mark.parametrize("scheme", [FIVE, Scheme.numbered("x", 3), load_scheme("300w")])
def test_json_and_back(scheme: Scheme) -> None:
    assert Scheme.from_json(scheme.to_json()) == scheme


@pytest.mark.parametrize(
    ("entry", "named"),
    [
        ({"names": ("a", "b", "a")}, "'a' twice"),
        ({"names": ()}, "no landmarks"),
        ({"edges": ((0, 3),)}, "edges names landmark 3, but there are 3 (0 to 2)"),
        ({"edges": ((-1, 0),)}, "edges names landmark -1"),
        ({"curves": ((0, 9),)}, "curves names landmark 9"),
        ({"regions": {"jaw": (7,)}}, "regions names landmark 7"),
        ({"nme_pair": (0, 5)}, "nme_pair names landmark 5"),
        ({"nme_pair": (1, 1)}, "nme_pair names landmark 1 twice"),
        ({"flip": (0, 1)}, "flip must pair all 3 landmarks"),
        ({"flip": (1, 2, 0)}, "flip must pair all 3 landmarks"),
        ({"flip": (0, 1, 3)}, "flip names landmark 3"),
    ],
)
def test_the_error_names_what_is_wrong(entry: dict[str, Any], named: str) -> None:
    with pytest.raises(SchemeError) as caught:
        Scheme(**{"name": "mine", "names": ("a", "b", "c"), **entry})
    assert "'mine'" in str(caught.value)
    assert named in str(caught.value)


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("colour = 1", "unknown entry 'colour'"),
        ("landmarks = '3'", "landmarks must be a whole number, not '3'"),
        ("landmarks = 2.5", "landmarks must be a whole number, not 2.5"),
        ("names = 'abc'", "names must be a list of words, not 'abc'"),
        ("names = [1, 2, 3]", "names must be a list of words"),
        ("landmarks = 3\nnames = ['a', 'b']", "3 landmarks, but 2 names"),
        ("landmarks = 2\nshape = 5", "shape must be a list of points, not 5"),
        ("landmarks = 2\nshape = [[0, 1]]", "shape has 1 points for 2 landmarks"),
        ("landmarks = 1\nshape = [[0, nan]]", "shape holds [0, nan] instead of x and y"),
        ("landmarks = 1\nshape = [[0, 1, 2]]", "shape holds [0, 1, 2] instead of x and y"),
        ("landmarks = 3\nedges = 5", "edges must be a list of lists, not 5"),
        ("landmarks = 3\nedges = [[1]]", "edges holds [1] instead of a pair"),
        ("landmarks = 3\nedges = [[0, 1, 2]]", "edges holds [0, 1, 2] instead of a pair"),
        ("landmarks = 3\nedges = [[0, 1.5]]", "edges holds [0, 1.5] instead of a pair"),
        ("landmarks = 3\nlines = [0, 1]", "lines holds 0 instead of a list"),
        ("landmarks = 3\nlines = [['a', 'b']]", "lines holds ['a', 'b'] instead of a list"),
        ("landmarks = 3\nloops = [[]]", "loops holds [] instead of a list"),
        ("landmarks = 3\ncurves = [[0, 'b']]", "curves holds [0, 'b'] instead of a list"),
        ("landmarks = 3\nflip = ['a', 1, 2]", "flip holds ['a', 1, 2] instead of a list"),
        ("landmarks = 3\nnme_pair = [1]", "nme_pair holds [1] instead of a pair"),
        ("landmarks = 3\nnme_pair = 5", "nme_pair holds 5 instead of a pair"),
        ("landmarks = 3\nregions = [0]", "regions must be a table, not [0]"),
        ("landmarks = 3\nregions.jaw = 5", "region 'jaw' holds 5 instead of a list"),
    ],
)
def test_the_error_names_the_entry_of_a_file(tmp_path: Path, line: str, named: str) -> None:
    with pytest.raises(SchemeError) as caught:
        load_scheme(written(tmp_path, line))
    assert "'own'" in str(caught.value)
    assert named in str(caught.value)


@pytest.mark.parametrize("name", ["own.toml", "OWN.TOML"])
def test_a_toml_file_with_a_byte_order_mark_is_read(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text('name = "own"\nlandmarks = 3\n', encoding="utf-8-sig")
    assert load_scheme(str(path)).count == 3


@pytest.mark.parametrize("what", ["nonsense", "-3", "missing.toml"])
def test_what_is_not_there_is_named_and_what_is(what: str) -> None:
    with pytest.raises(SchemeError, match=f"'{what}'.*300w"):
        load_scheme(what)


def test_no_points_are_no_scheme() -> None:
    with pytest.raises(SchemeError, match="no landmarks"):
        load_scheme("0")


@pytest.mark.parametrize("content", [b"names = [", b"\xff\xfe\x00"])
def test_a_file_that_is_no_toml_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "own.toml"
    path.write_bytes(content)
    with pytest.raises(SchemeError, match=r"own\.toml is not a scheme"):
        load_scheme(str(path))


def test_a_folder_is_no_scheme(tmp_path: Path) -> None:
    (tmp_path / "own.toml").mkdir()
    with pytest.raises(SchemeError, match=r"own\.toml is not a scheme"):
        load_scheme(str(tmp_path / "own.toml"))
