"""A scheme while it is made: landmarks, how they belong together, undo, and what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeltool.domain import UserError
from labeltool.review.schemes.pair_guess import guess_pairs, mirrored_name
from labeltool.review.schemes.placing import placed_on
from labeltool.review.schemes.scheme_draft import SchemeDraft
from labeltool.review.schemes.scheme_file import save_scheme
from labeltool.review.schemes.scheme_problems import change_sentences, errors, warnings
from pipnet.data.scheme import Scheme, load_scheme, shipped_schemes

SIZE = (640, 480)


def drafted(name: str = "300w") -> SchemeDraft:
    scheme = load_scheme(name)
    return SchemeDraft(scheme, placed_on(scheme, SIZE))


def dog() -> SchemeDraft:
    """Ears, eyes, nose and chin of a dog, in this order, named."""
    draft = SchemeDraft()
    draft.set_name("dog")
    for name, x, y in (
        ("left ear", 200, 50), ("right ear", 100, 52), ("left eye", 170, 100),
        ("right eye", 130, 101), ("nose", 150, 150), ("chin", 151, 190),
    ):  # fmt: skip
        draft.rename(draft.add(x, y), name)
    return draft


@pytest.mark.parametrize("name", shipped_schemes())
def test_a_shipped_scheme_comes_out_as_it_went_in(name: str) -> None:
    scheme = load_scheme(name)
    made = drafted(name).scheme()
    np.testing.assert_allclose(made.shape, scheme.shape, atol=0.002)
    assert made == Scheme(
        scheme.name, scheme.names, scheme.edges, scheme.flip, scheme.curves, scheme.nme_pair,
        scheme.regions, scheme.pupils, made.shape,
    )  # fmt: skip
    assert drafted(name).sources() == list(range(scheme.count))
    assert errors(drafted(name)) == []


def test_a_scheme_from_nothing() -> None:
    draft = dog()
    ids = draft.state.ids
    draft.connect(ids[:3])
    draft.connect([ids[3], ids[4], ids[5]], closed=True)
    draft.set_contour([ids[4], ids[5]])
    draft.guess_pairs()
    draft.set_norm(ids[2], ids[3])
    draft.set_region(ids[2:4], "eyes")
    scheme = draft.scheme()
    assert scheme.names == ("left ear", "right ear", "left eye", "right eye", "nose", "chin")
    assert scheme.edges == ((0, 1), (1, 2), (3, 4), (4, 5), (5, 3))
    assert scheme.curves == ((4, 5),)
    assert scheme.flip == (1, 0, 3, 2, 4, 5)
    assert scheme.nme_pair == (2, 3)
    assert scheme.regions == {"eyes": (2, 3)}
    assert draft.sources() == [None] * 6
    assert (errors(draft), warnings(draft)) == ([], [])


def test_removing_a_landmark_removes_what_names_it() -> None:
    draft = drafted()
    eye = draft.state.ids[36]
    draft.remove([eye])
    scheme = draft.scheme()
    assert scheme.count == 67
    assert scheme.nme_pair is None
    assert scheme.pupils == ()
    assert scheme.flip[scheme.names.index("left eye outer corner")] == 44
    assert "right eye outer corner" not in scheme.names
    assert len(scheme.edges) == len(load_scheme("300w").edges) - 2
    assert draft.sources() == [k for k in range(68) if k != 36]
    draft.undo()
    assert draft.scheme() == drafted().scheme()


def test_reordering_moves_a_block_and_stops_at_the_ends() -> None:
    draft = dog()
    ids = draft.state.ids
    draft.reorder([ids[1], ids[2]], -1)
    assert draft.state.ids[:3] == (ids[1], ids[2], ids[0])
    draft.reorder([ids[1], ids[2]], -1)
    assert draft.state.ids[:3] == (ids[1], ids[2], ids[0])
    draft.reorder([ids[5]], 1)
    draft.reorder([ids[4]], 1)
    assert draft.state.ids[-2:] == (ids[5], ids[4])


def test_doing_it_again_takes_edges_contours_and_the_norm_away() -> None:
    draft = dog()
    ids = draft.state.ids
    for _ in range(2):
        draft.connect(ids[:3])
        draft.set_contour(ids[:3])
        draft.set_norm(ids[0], ids[1])
    assert draft.state.edges == draft.state.contours == ()
    assert draft.state.norm is None


def test_a_pair_takes_both_out_of_their_old_pairs() -> None:
    draft = dog()
    one, other, third, fourth, *_ = draft.state.ids
    draft.pair(one, other)
    draft.pair(third, fourth)
    draft.pair(one, third)
    assert draft.state.pairs == ((one, third),)
    draft.unpair([third])
    assert draft.partner(one) is None


def _changes(draft: SchemeDraft, one: int, other: int) -> tuple[Callable[[], object], ...]:
    return (
        lambda: draft.add(1, 2), lambda: draft.remove([one]), lambda: draft.pair(one, other),
        lambda: draft.connect([one, other]), lambda: draft.set_contour([one, other]),
        lambda: draft.reorder([one, other], -1), lambda: draft.set_region([one], "part"),
        lambda: draft.rename(one, f"name {other}"), draft.guess_pairs,
    )  # fmt: skip


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 5), st.integers(0, 5)), max_size=25))
def test_undo_and_redo_go_through_every_state(steps: list[tuple[int, int, int]]) -> None:
    draft = dog()
    seen = [draft.state]
    for what, a, b in steps:
        ids = draft.state.ids
        if not ids:
            break
        one, other = ids[a % len(ids)], ids[b % len(ids)]
        _changes(draft, one, other)[what]()
        if draft.state != seen[-1]:
            seen.append(draft.state)
        if draft.state.landmarks and not errors(draft):
            draft.scheme()
    for state in reversed(seen):
        assert draft.state == state
        draft.undo()
    while draft.can_undo:
        draft.undo()
    while draft.can_redo:
        draft.redo()
    assert draft.state == seen[-1]


def test_another_picture_is_no_step_of_undo() -> None:
    draft = dog()
    draft.place_all(np.array([[2.0, 0, 10], [0, 2, 0]]))
    assert draft.points[0].tolist() == [410, 100]
    draft.undo()
    assert draft.points[0].tolist() == [410, 100]
    assert draft.state.landmarks[-1].name == "landmark 6"


# Pairs


@pytest.mark.parametrize("name", shipped_schemes())
@pytest.mark.parametrize("angle", [0.0, 0.35])
def test_pairs_are_guessed_by_mirroring(name: str, angle: float) -> None:
    scheme = load_scheme(name)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    noise = np.random.default_rng(0).normal(0, 0.7, (scheme.count, 2))
    points = placed_on(scheme, SIZE) @ turn + noise
    wanted = {(a, b) for a, b in enumerate(scheme.flip) if a < b}
    by_place = set(guess_pairs(points, [str(k) for k in range(scheme.count)]))
    assert len(by_place & wanted) >= 0.85 * len(wanted)
    assert len(by_place - wanted) <= 0.1 * len(wanted)
    assert set(guess_pairs(points, scheme.names)) >= wanted


def test_names_are_stronger_than_places() -> None:
    points = np.array([[0, 0], [10, 0], [2, 5], [8, 5], [5, 9.0]])
    names = ["left ear", "right eye", "right ear", "left eye", "nose"]
    assert guess_pairs(points, names) == [(0, 2), (1, 3)]


@pytest.mark.parametrize(
    ("name", "mirrored"),
    [
        ("Left ear", "right ear"), ("ear_left", "ear_right"), ("cleft", "cleft"),
        ("왼쪽 귀", "오른쪽 귀"), ("nose", "nose"),
    ],
)  # fmt: skip
def test_the_other_side_of_a_name(name: str, mirrored: str) -> None:
    assert mirrored_name(name) == mirrored


@pytest.mark.parametrize("count", [0, 1, 2])
def test_few_landmarks_have_no_axis_to_mirror_at(count: int) -> None:
    assert guess_pairs(np.ones((count, 2)), [str(k) for k in range(count)]) == []


# Errors in plain words


def test_what_is_missing_is_said() -> None:
    draft = SchemeDraft()
    assert "Place the first landmark" in str(errors(draft)[0])
    one = draft.add(1, 1)
    assert [str(each) for each in errors(draft)] == ["Give the scheme a name."]
    draft.set_name("x")
    draft.rename(draft.add(5, 5), "landmark 1")
    assert "Two landmarks are named “landmark 1”" in str(errors(draft)[0])
    draft.rename(one, "  ")
    assert "no name" in str(errors(draft)[0])


def test_a_known_name_stays_with_its_landmarks() -> None:
    draft = drafted()
    draft.remove(draft.state.ids[:1])
    assert "“300w” is the name of a known scheme" in str(errors(draft)[0])


def test_an_unpaired_side_is_warned_of() -> None:
    draft = dog()
    draft.guess_pairs()
    draft.unpair(draft.state.ids[:1])
    said = [str(each) for each in warnings(draft)]
    assert any("“left ear” has no partner" in text for text in said)
    assert any("“right ear” has no partner" in text for text in said)
    draft.pair(draft.state.ids[0], draft.state.ids[3])
    assert "“left ear” and “right eye” are a pair" in str(warnings(draft)[0])


def test_what_a_change_does_is_said_before() -> None:
    before = load_scheme("five-points")
    draft = SchemeDraft(before, placed_on(before, SIZE))
    ids = draft.state.ids
    draft.rename(draft.add(3, 3), "chin")
    draft.remove([ids[2]])
    draft.rename(ids[0], "right eye")
    draft.reorder([ids[4]], -1)
    draft.set_name("mine")
    said = change_sentences(before, draft.scheme(), draft.sources(), 1240, 30)
    assert [str(each) for each in said] == [
        "Added: chin. To be placed on 1,240 labelled faces; after 30 of them it is proposed from "
        "the shape of the others.",
        "Removed: nose tip. Kept in the history, and not shown any more.",
        "Renamed: right eye centre → right eye.",
        "The order changes; every point stays with its landmark.",
    ]
    many = Scheme.numbered("many", 9)
    gone = change_sentences(many, Scheme("one", ("0",)), [0], 3, 30)
    assert str(gone[0]).startswith("Removed: 8 (1, 2, 3, 4, 5 and others).")
    same = change_sentences(before, before, list(range(5)), 3, 30)
    assert "Landmarks stay as they are" in str(same[0])


# Files


def test_a_saved_file_is_read_back(tmp_path: Path) -> None:
    draft = dog()
    draft.guess_pairs()
    file = save_scheme(draft.scheme(), tmp_path / "my.dogs")
    assert file == tmp_path / "my.dogs.toml"
    assert load_scheme(str(file)) == draft.scheme()
    assert list(tmp_path.iterdir()) == [file]


def test_a_file_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "x.toml").mkdir()
    with pytest.raises(UserError, match="cannot be written"):
        save_scheme(dog().scheme(), tmp_path / "x.toml")
    assert [path.name for path in tmp_path.iterdir()] == ["x.toml"]


def test_a_template_keeps_the_landmarks_of_the_same_names():
    wflw = load_scheme("wflw")
    draft = SchemeDraft(load_scheme("300w"), placed_on(load_scheme("300w"), (500, 500)))
    draft.remove(draft.state.ids[:20])
    draft.use(wflw, placed_on(wflw, (500, 500)))
    ours = load_scheme("300w").names
    expected = [ours.index(name) if name in ours else None for name in wflw.names]
    assert draft.sources() == expected
    assert 0 < expected.count(None) < len(expected)
