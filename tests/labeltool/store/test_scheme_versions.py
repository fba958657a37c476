"""A project whose landmarks change while it holds decisions: nothing decided is lost."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from labeltool.domain import FINAL, UserError, Verdict
from labeltool.store import Store
from pipnet.data.scheme import Scheme
from tests.projects import THREE, make_project, sql, triangle
from tests.projects import change as write

ME = "ann"
NAN = np.nan


def changed(scheme: Scheme, sources: Sequence[int | None], **names: str) -> Scheme:
    """A scheme whose landmarks come from `scheme`; new ones and those in `names` are renamed."""
    made = [f"new {k}" if s is None else scheme.names[s] for k, s in enumerate(sources)]
    return Scheme(scheme.name, tuple(names.get(name.replace(" ", "_"), name) for name in made))


def change(store: Store, sources: Sequence[int | None], **names: str):
    result = store.schemes.change(ME, changed(store.scheme, sources, **names), sources)
    store.schemes.follow()
    return result


def label(store: Store, face: int = 1) -> np.ndarray:
    """The landmarks of a face's label, as everything that uses labels reads them."""
    return next(points for found, _, points, *_ in store.labels.all() if found == face)


def correct(store: Store, points: np.ndarray, face: int = 1, **others) -> None:
    store.decisions.decide(ME, [face], Verdict.CORRECTED, points=points, **others)


def undo(store: Store) -> None:
    store.undo.undo(ME)
    store.schemes.follow()


def redo(store: Store) -> None:
    store.undo.redo(ME)
    store.schemes.follow()


def test_a_project_with_one_scheme_stores_its_arrays_as_ever(project):
    store = project(1)
    correct(store, triangle(5), visibility=np.array([2, 1, 2], np.int8))
    (points, seen), *_ = sql(store, "SELECT points, visibility FROM entry WHERE points NOTNULL")
    assert points == triangle(5).tobytes()
    assert seen == bytes([2, 1, 2])


def test_labels_are_read_as_the_landmarks_in_force(project):
    store = project(2)
    correct(store, triangle(5), visibility=np.array([2, 1, 2], np.int8))
    change(store, [2, None, 0])
    moved = triangle(5)[[2, 0, 0]]
    moved[1] = NAN
    np.testing.assert_array_equal(label(store), moved)
    assert store.labels.all()[0][3].tolist() == [2, 0, 2]
    proposal = store.faces.get(2).prediction
    assert np.isnan(proposal.scores).tolist() == [False, True, False]
    assert store.scheme.names == ("nose", "new 1", "left")
    assert (store.decisions.landmarks.count(()).occluded) == 0
    undo(store)
    np.testing.assert_array_equal(label(store), triangle(5))
    assert store.decisions.landmarks.count(()).occluded == 1
    assert store.scheme == THREE


def test_a_change_rewrites_no_array(project):
    store = project(3)
    correct(store, triangle(5))
    before = sql(store, "SELECT id, points, visibility FROM entry ORDER BY id")
    change(store, [2, None, 0])
    assert sql(store, "SELECT id, points, visibility FROM entry ORDER BY id") == before


def test_undo_and_redo_step_through_changes_and_decisions(project):
    store = project(1)
    correct(store, triangle(5))
    change(store, [0, 1])
    correct(store, triangle(7)[:2])
    np.testing.assert_array_equal(label(store), triangle(7)[:2])
    undo(store)
    np.testing.assert_array_equal(label(store), triangle(5)[:2])
    undo(store)
    np.testing.assert_array_equal(label(store), triangle(5))
    redo(store)
    redo(store)
    np.testing.assert_array_equal(label(store), triangle(7)[:2])


def test_the_decision_under_the_newer_scheme_keeps_what_it_does_not_show(project, again):
    store = project(1)
    correct(store, triangle(5))
    change(store, [0, 1])
    store.decisions.decide("ben", [1], Verdict.CORRECTED, points=triangle(7)[:2])
    undo(store)  # the change, which was this reviewer's last
    np.testing.assert_array_equal(label(store), np.vstack([triangle(7)[:2], triangle(5)[2:]]))
    other = again(store)
    np.testing.assert_array_equal(label(other), label(store))


def test_what_another_window_keeps_of_a_removed_landmark_is_kept_here_too(project, again):
    store = project(1)
    correct(store, triangle(5))
    change(store, [0, 1])
    other = again(store)
    for points in (triangle(6), triangle(7), triangle(8)):
        other.decisions.decide("ben", [1], Verdict.CORRECTED, points=points[:2])
        correct(store, points[:2] + 1)
    undo(store)
    undo(store)
    undo(store)
    undo(store)
    assert store.scheme == THREE
    np.testing.assert_array_equal(label(store)[2], triangle(5)[2])


def test_a_change_that_fails_leaves_no_layout_behind(project):
    store = project(1)
    correct(store, triangle(5))

    def fail() -> None:
        with store.transaction():
            store.schemes.change(ME, changed(store.scheme, [0, 1]), [0, 1])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    change(store, [2, None, 0])
    change(store, [2, 0])
    np.testing.assert_array_equal(label(store), triangle(5)[[0, 2]])


def test_an_accepted_proposal_does_not_decide_on_a_landmark_that_was_not_shown(project):
    store = project(2)
    change(store, [0, 1])
    store.decisions.decide("ben", [1, 2], Verdict.ACCEPTED)
    undo(store)
    for face in (1, 2):
        assert np.isnan(label(store, face)[2]).all()
        np.testing.assert_array_equal(label(store, face)[:2], triangle(face)[:2])


def test_undo_leaves_a_scheme_that_somebody_changed_since(project):
    store = project(1)
    change(store, [0, 1])
    store.schemes.change("ben", changed(store.scheme, [1, 0]), [1, 0])
    store.schemes.follow()
    result = store.undo.undo(ME)
    assert "changed again since" in str(result.message)
    store.schemes.follow()
    assert store.scheme.names == ("right", "left")


def test_two_people_do_not_change_the_scheme_at_once(project, again):
    store = project(1)
    other = again(store)
    change(store, [0, 1])
    with pytest.raises(UserError, match="meanwhile"):
        other.schemes.change("ben", changed(other.scheme, [1, 0]), [1, 0])


def test_who_has_the_project_open_works_on_with_the_scheme_before(project, again):
    store = project(1)
    other = again(store)
    watch = other.detect_changes()
    change(store, [2, None, 1])
    assert watch.changes().scheme
    other.decisions.decide("ben", [1], Verdict.CORRECTED, points=triangle(9))
    np.testing.assert_array_equal(label(other), triangle(9))
    expected = triangle(9)[[2, 0, 1]]
    expected[1] = NAN
    np.testing.assert_array_equal(label(store), expected)
    store.decisions.decide(ME, [1], Verdict.CORRECTED, points=triangle(11))
    np.testing.assert_array_equal(label(other)[1:], triangle(11)[[2, 0]])


def test_a_change_is_no_batch_and_a_large_one_asks_before_its_undo(project):
    store = project(25)
    store.decisions.decide(ME, range(1, 26), Verdict.ACCEPTED)
    store.schemes.change(ME, changed(store.scheme, [0, 1]), [0, 1])
    assert [batch.kind for batch in store.history.batches()] == ["decide"]
    step = store.undo.state(ME).undo_step
    assert (step.kind, step.faces) == ("scheme", 25)
    undo(store)
    redo(store)
    assert store.undo.state(ME).undo_step.faces == 25


def test_no_change_while_faces_are_accepted_with_a_guarantee(project):
    store = project(3)
    insert = (
        "INSERT INTO acceptance (uuid, reviewer, time, seed, settings, groups, candidates, status) "
        "VALUES ('u', 'ann', '', '', '{}', '[]', x'', 'open')"
    )
    write(store, insert)
    with pytest.raises(UserError, match="guarantee"):
        change(store, [0, 1])
    write(store, "UPDATE acceptance SET status = 'ended'")
    change(store, [0, 1])
    write(store, "UPDATE acceptance SET status = 'open'")
    with pytest.raises(UserError, match="guarantee"):
        store.undo.undo(ME)


def test_names_may_change_alone(project):
    store = project(1)
    correct(store, triangle(5))
    change(store, [0, 1, 2], nose="tip")
    assert store.scheme.names == ("left", "right", "tip")
    np.testing.assert_array_equal(label(store), triangle(5))
    assert sql(store, "SELECT count(*) FROM layout") == [(1,)]


def test_drafts_and_marks_follow(project):
    store = project(1)
    shown = store.faces.get(1).prediction.id
    store.drafts.save(ME, 1, shown, triangle(4))
    change(store, [2, 0])
    np.testing.assert_array_equal(store.faces.get(1).draft, triangle(4)[[2, 0]])
    undo(store)
    np.testing.assert_array_equal(store.faces.get(1).draft, triangle(4))


def test_check_finds_nothing_wrong_after_changes(project):
    store = project(3)
    correct(store, triangle(5))
    change(store, [2, None, 0])
    correct(store, triangle(8), 2)
    store.decisions.decide(ME, [3], Verdict.ACCEPTED)
    assert store.check() == []
    undo(store)
    assert store.check() == []


# Any order of changes and decisions


@dataclass
class World:
    """What must hold: the landmarks of the label of each face, by id, and the scheme's ids."""

    scheme: tuple[int, ...] = (0, 1, 2)
    labels: dict[int, dict[int, tuple[float, float]]] = field(default_factory=dict)


class Changing(RuleBasedStateMachine):
    FACES = (1, 2)

    def __init__(self):
        super().__init__()
        self.folder = Path(mkdtemp())
        self.store = make_project(self.folder / "project", len(self.FACES))
        self.world = World()
        self.undo_stack: list[World] = []
        self.redo_stack: list[World] = []
        self.newest = 2
        self.number = 0

    def teardown(self):
        self.store.close()
        shutil.rmtree(self.folder)

    def step(self, world: World) -> None:
        self.undo_stack.append(self.world)
        self.redo_stack.clear()
        self.world = world

    @precondition(lambda self: self.newest < 6)
    @rule(data=st.data())
    def change(self, data):
        count = len(self.world.scheme)
        kept = data.draw(st.lists(st.sampled_from(range(count)), unique=True, min_size=1))
        sources = [*kept, *([None] * data.draw(st.integers(0, 1)))]
        ids = [self.world.scheme[k] for k in kept]
        if len(sources) > len(kept):
            self.newest += 1
            ids.append(self.newest)
        names = tuple(f"landmark {k} as of {self.number}" for k in ids)
        self.store.schemes.change(ME, Scheme("changed", names), sources)
        self.store.schemes.follow()
        self.step(replace(self.world, scheme=tuple(ids)))

    @rule(face=st.sampled_from(FACES), absent=st.booleans())
    def correct(self, face, absent):
        self.number += 1
        count = len(self.world.scheme)
        points = np.arange(2.0 * count).reshape(-1, 2) + 100 * self.number
        if absent:
            points[-1] = NAN
        self.store.decisions.decide(ME, [face], Verdict.CORRECTED, points=points)
        labels = dict(self.world.labels)
        rows = zip(self.world.scheme, map(tuple, points.tolist()), strict=True)
        labels[face] = labels.get(face, {}) | dict(rows)
        self.step(replace(self.world, labels=labels))

    @precondition(lambda self: self.undo_stack)
    @rule()
    def undo(self):
        undo(self.store)
        self.redo_stack.append(self.world)
        self.world = self.undo_stack.pop()

    @precondition(lambda self: self.redo_stack)
    @rule()
    def redo(self):
        redo(self.store)
        self.undo_stack.append(self.world)
        self.world = self.redo_stack.pop()

    @rule()
    def open_again(self):
        self.store.close()
        self.store = Store(self.folder / "project")

    @invariant()
    def nothing_decided_is_lost(self):
        found = {face: points for face, _, points, *_ in self.store.labels.all()}
        assert set(found) == set(self.world.labels)
        for face, points in found.items():
            known = self.world.labels[face]
            expected = np.array([known.get(k, (NAN, NAN)) for k in self.world.scheme])
            np.testing.assert_array_equal(points, expected)
        assert {face for face in self.FACES if self.store.faces.get(face).verdict in FINAL} == set(
            found
        )


Changing.TestCase.settings = settings(
    max_examples=15,
    stateful_step_count=15,
    # a failure is told at once: making it shorter takes minutes
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
TestChanging = pytest.mark.timeout(900)(Changing.TestCase)
