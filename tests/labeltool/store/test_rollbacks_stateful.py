"""Any order of rounds, promotions, rollbacks, undos and decisions, against a small model: a face
that a person decided on never changes, and every other one shows what is offered."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from labeltool.domain import FINAL, Message, RoundKind, Verdict
from tests.projects import make_project, proposals, sql, triangle

FACES = range(1, 4)
WHO = st.sampled_from(["ben", "cho"])
"""Who rolls back; another person decides."""
DECIDED = (Verdict.ACCEPTED, Verdict.CORRECTED, Verdict.REJECTED, Verdict.EXCLUDED)


@dataclass
class Rolled:
    """A rollback: the round, and its sequence before and after."""

    round: int
    before: int
    after: int


@dataclass
class Stacks:
    undo: list[Rolled] = field(default_factory=list)
    redo: list[Rolled] = field(default_factory=list)


class RollingBack(RuleBasedStateMachine):
    @initialize()
    def begin(self):
        self.folder = Path(mkdtemp())
        self.store = make_project(self.folder / "project", len(FACES))
        self.sequences: dict[int, int | None] = {}
        self.predicted: dict[int, set[int]] = {}
        self.top = 0
        self.stacks = {"ben": Stacks(), "cho": Stacks()}
        self.decided: dict[int, tuple] = {}
        self.arrive(True)

    def teardown(self):
        if hasattr(self, "store"):
            found = self.store.check()  # takes longer than a step; what one breaks stays broken
            self.store.close()
            shutil.rmtree(self.folder)
            assert found == []

    # The model

    def raise_round(self, round_id: int) -> None:
        self.top += 1
        self.sequences[round_id] = self.top

    def visible(self) -> list[int]:
        seen = [r for r, sequence in self.sequences.items() if sequence is not None]
        return sorted(seen, key=lambda r: self.sequences[r])

    def state(self, face: int) -> tuple:
        """What must stay of a face that was decided on."""
        found = self.store.faces.get(face)
        points = None if found.decision.points is None else found.decision.points.tobytes()
        shown = found.prediction.id if found.verdict in FINAL and found.prediction else None
        return found.verdict, found.decision.reviewer, found.decision.time, points, shown

    # What happens

    @precondition(lambda self: len(self.sequences) < 4)  # so that rollbacks meet each other
    @rule(promoted=st.booleans())
    def arrive(self, promoted):
        round_id = self.store.rounds.add(RoundKind.TRAIN, "std", f"rounds/{self.top}", {})
        name = f"model {round_id}"
        self.store.rounds.set_model(round_id, name, name)
        self.store.rounds.add_predictions(round_id, proposals(FACES))
        self.store.rounds.finish(round_id, {}, visible=promoted)
        query = f"SELECT face_id FROM prediction WHERE round_id = {round_id}"
        self.predicted[round_id] = {row[0] for row in sql(self.store, query)}
        self.sequences[round_id] = None
        if promoted:
            self.raise_round(round_id)

    @precondition(lambda self: None in self.sequences.values())
    @rule(data=st.data())
    def promote(self, data):
        waiting = [r for r, sequence in self.sequences.items() if sequence is None]
        round_id = data.draw(st.sampled_from(waiting))
        self.store.rollbacks.promote(round_id)
        self.raise_round(round_id)

    @precondition(lambda self: len(self.visible()) > 1)
    @rule(who=WHO, data=st.data())
    def roll_back(self, who, data):
        round_id = data.draw(st.sampled_from(self.visible()[:-1]))
        assert self.store.rollbacks.rounds_of_model(round_id) == [round_id]
        before = self.sequences[round_id]
        count = self.store.rollbacks.count_changing([round_id])
        shown = self.shown()
        self.store.rollbacks.roll_back(who, [round_id], Message("it"))
        self.raise_round(round_id)
        changed = [face for face in FACES if self.shown()[face] != shown[face]]
        assert count == len([face for face in changed if self.is_open(face)])
        stacks = self.stacks[who]
        stacks.undo.append(Rolled(round_id, before, self.sequences[round_id]))
        stacks.redo.clear()

    @rule(who=WHO)
    def undo(self, who):
        self.store.undo.undo(who)
        stacks = self.stacks[who]
        if stacks.undo:
            rolled = stacks.undo.pop()
            stacks.redo.append(rolled)
            if self.sequences[rolled.round] == rolled.after:
                self.sequences[rolled.round] = rolled.before

    @rule(who=WHO)
    def redo(self, who):
        self.store.undo.redo(who)
        stacks = self.stacks[who]
        if stacks.redo:
            rolled = stacks.redo.pop()
            stacks.undo.append(rolled)
            if self.sequences[rolled.round] == rolled.before:
                self.sequences[rolled.round] = rolled.after

    @rule(face=st.sampled_from(FACES), verdict=st.sampled_from(DECIDED))
    def decide(self, face, verdict):
        points = triangle(face) if verdict is Verdict.CORRECTED else None
        found = self.store.faces.get(face)
        if verdict is Verdict.ACCEPTED and (found.prediction is None or found.verdict in FINAL):
            return
        self.store.decisions.decide("ann", [face], verdict, points=points)
        self.decided[face] = self.state(face)

    @rule(face=st.sampled_from(FACES))
    def set_back(self, face):
        self.store.decisions.decide("ann", [face], Verdict.UNREVIEWED)
        self.decided.pop(face, None)

    # What must hold

    def is_open(self, face: int) -> bool:
        return self.store.faces.get(face).verdict in (Verdict.UNREVIEWED, Verdict.REJECTED)

    def shown(self) -> dict[int, int | None]:
        """The round whose proposal each face shows."""
        found = {face: self.store.faces.get(face).prediction for face in FACES}
        return {face: None if p is None else p.round_id for face, p in found.items()}

    @invariant()
    def decided_faces_stay(self):
        if hasattr(self, "store"):
            for face, state in self.decided.items():
                assert self.state(face) == state

    @invariant()
    def open_faces_show_what_is_offered(self):
        if not hasattr(self, "store"):
            return
        shown = self.shown()
        for face in FACES:
            if self.is_open(face):
                having = [r for r in self.visible() if face in self.predicted[r]]
                assert shown[face] == (having[-1] if having else None)

    @invariant()
    def the_file_says_the_same(self):
        if not hasattr(self, "store"):
            return
        assert dict(sql(self.store, "SELECT id, sequence FROM round")) == self.sequences
        promoted = sql(self.store, "SELECT id FROM round WHERE promoted ORDER BY id")
        assert [row[0] for row in promoted] == sorted(self.visible())
        current = self.store.rounds.current()
        assert current.id == self.visible()[-1]
        assert self.store.rounds.to_refresh() == []


RollingBack.TestCase.settings = settings(
    max_examples=20,
    stateful_step_count=30,
    deadline=None,
    # a failure is told at once: making it shorter takes minutes
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
TestRollingBack = pytest.mark.timeout(900)(RollingBack.TestCase)
