"""Any order of decisions, undos and arriving rounds, against a model that is a few plain dicts."""

from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from labeltool.domain import FINAL, Filter, UserError, Verdict
from labeltool.store import Threshold, open_project
from pipnet.data.labelled_faces import LabelledFace
from tests.projects import make_project, propose, sql, triangle

FOUND = range(1, 4)
FACES = range(1, 6)
"""Of these the last two are added by the imports that name them."""
REVIEWERS = st.sampled_from(["ann", "ben"])
SOME = st.sets(st.sampled_from(FACES), min_size=1)
SCORES = st.sampled_from([0.2, 0.5, 0.8])
VERDICTS = st.sampled_from([Verdict.ACCEPTED, Verdict.REJECTED, Verdict.EXCLUDED])
UNREVIEWED, REMOVED = Verdict.UNREVIEWED, Verdict.REMOVED
CORRECTED_BY = 0.5
"""The shift of the points of every label and every correction."""


@dataclass(frozen=True)
class State:
    """Of a face. `effect`: the operation that made it so; `judged`: a prediction's id."""

    effect: int = 0
    verdict: Verdict = UNREVIEWED
    flag: bool = False
    judged: int | None = None
    moved: bool = False


@dataclass(frozen=True)
class Draft:
    """Unsaved moves: the shift of the points, the prediction's id, whose they are."""

    shift: float
    judged: int | None
    reviewer: str


@dataclass(eq=False)
class Move:
    """A step of moves: when it was made among all deeds, and of which face, whose effect was so."""

    moment: int
    face: int
    effect: int
    before: Draft | None
    after: Draft | None
    undone: bool = False


@dataclass
class Work:
    """Of a reviewer: the operations that undo and redo would take, the moves in their order, and
    the face on the screen."""

    undo: list[int] = field(default_factory=list)
    redo: list[int] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    screen: tuple[int, int | None] = (1, None)


@dataclass(frozen=True)
class Proposal:
    """A prediction: of the round so many-th from the start, by which model."""

    round: int
    model: int
    score: float


class Reviewing(RuleBasedStateMachine):
    """Two reviewers at one project while rounds come in."""

    @initialize()
    def begin(self):
        self.folder = Path(mkdtemp())
        self.store = make_project(self.folder / "project", len(FOUND))
        boxes = [(1, (1.0, 1.0, 9.0, 9.0), "landmarks"), (2, (1.0, 1.0, 9.0, 9.0), "landmarks")]
        assert self.store.faces.add(boxes, by_operation=True) == [4, 5]
        removed = State(verdict=REMOVED)
        self.faces = {face: State() if face in FOUND else removed for face in FACES}
        self.moments = [0]  # of the operations
        self.moment = 0
        self.proposals: dict[int, dict[int, Proposal]] = {face: {} for face in FACES}
        self.operations: list[dict[int, tuple[State, State]]] = [{}]
        self.ids = [0]
        self.targets: dict[int, int] = {}
        self.undone: set[tuple[int, int]] = set()
        self.history: dict[int, list[tuple[int, State]]] = {face: [] for face in FACES}
        self.work = {"ann": Work(), "ben": Work()}
        self.judged: set[int] = set()
        self.corrections: set[int] = set()  # operations by which moved points became a label
        self.drafts: dict[int, Draft] = {}
        self.rounds = 0
        self.log: list[tuple] = []
        self.round_arrives(set(FACES), 0.5)

    def teardown(self):
        if hasattr(self, "store"):
            found = self.store.check()  # takes longer than a step; what one breaks stays broken
            self.store.close()
            shutil.rmtree(self.folder)
            assert found == []

    # The model

    def shown(self, face: int) -> int | None:
        state = self.faces[face]
        if state.verdict in FINAL and state.judged is not None:
            return state.judged
        newest = max(self.proposals[face].items(), key=lambda item: item[1].round, default=None)
        return None if newest is None else newest[0]

    def offered(self, face: int) -> bool:
        state, shown = self.faces[face], self.shown(face)
        if state.verdict is Verdict.REJECTED:
            return shown not in (None, state.judged)
        return state.verdict is UNREVIEWED and shown is not None

    def operate(self, who: str, changed: dict[int, State]) -> None:
        """A new operation of these faces, or none if there are none."""
        if not changed:
            return
        number = len(self.operations)
        after = {face: replace(state, effect=number) for face, state in changed.items()}
        self.operations.append({f: (self.faces[f], state) for f, state in after.items()})
        self.ids.append(sql(self.store, "SELECT max(id) FROM operation")[0][0])
        for face, state in after.items():
            self.becomes(face, state, number)
        self.judged |= {state.judged for state in after.values() if state.judged is not None}
        self.moments.append(self.now())
        self.work[who].undo.append(number)
        self.nothing_to_redo(who)

    def now(self) -> int:
        self.moment += 1
        return self.moment

    def nothing_to_redo(self, who: str) -> None:
        self.work[who].redo = []
        self.work[who].moves = [move for move in self.work[who].moves if not move.undone]

    def same_draft(self, move: Move, draft: Draft | None) -> bool:
        """Whether the face of a move is as it was on that side of it."""
        now = self.drafts.get(move.face)
        if self.faces[move.face].verdict is REMOVED:
            return False
        if now is None or draft is None:
            return now is draft and self.faces[move.face].effect == move.effect
        return now.shift == draft.shift

    def next_undo(self, who: str) -> Move | int | None:
        work = self.work[who]
        top = work.undo[-1] if work.undo else None
        since = 0 if top is None else self.moments[top]
        for move in reversed(work.moves):
            fits = not move.undone and move.moment > since
            if fits and self.same_draft(move, move.after):
                return move
        return top

    def next_redo(self, who: str) -> Move | int | None:
        work = self.work[who]
        top = work.redo[-1] if work.redo else None
        for move in work.moves:
            fits = move.undone and (top is None or move.moment < self.moments[top])
            if fits and self.same_draft(move, move.before):
                return move
        return top

    def stays(self, who: str, face: int, before: State) -> bool:
        """Whether a face is not removed because somebody else has moved its points."""
        draft = self.drafts.get(face)
        return before.verdict is REMOVED and draft is not None and draft.reviewer != who

    def becomes(self, face: int, state: State, number: int = 0) -> None:
        """A face changes; `number`: of the operation whose doing it is, 0 for undo and redo."""
        self.faces[face] = state
        self.history[face].append((number, state))

    def mark(self, number: int, face: int, is_undone: bool) -> None:
        """An operation counts no more for a face, or again; what took it back then does not."""
        (self.undone.add if is_undone else self.undone.discard)((number, face))
        if number in self.targets:
            self.mark(self.targets[number], face, not is_undone)

    def decided(self, faces: set[int], verdict: Verdict) -> dict[int, State]:
        """What a verdict for what each face shows now makes of them."""
        changed = {}
        for face in faces:
            state, shown = self.faces[face], self.shown(face)
            if state.verdict is REMOVED:
                fits = False
            elif verdict is Verdict.ACCEPTED:
                fits = shown is not None and state.verdict not in FINAL
            else:
                again = verdict is Verdict.REJECTED and self.offered(face)
                fits = state.verdict is not verdict or again
            if fits:
                changed[face] = replace(state, verdict=verdict, judged=shown, moved=False)
        return changed

    # What can happen

    @rule(who=REVIEWERS, face=st.sampled_from(FACES))
    def look(self, who, face):
        self.work[who].screen = (face, self.shown(face))

    @rule(who=REVIEWERS, face=st.sampled_from(FACES), verdict=VERDICTS, moved=st.booleans())
    def look_and_decide(self, who, face, verdict, moved):
        self.look(who, face)
        self.decide(who, verdict, moved)

    @rule(who=REVIEWERS, verdict=VERDICTS, moved=st.booleans())
    def decide(self, who, verdict, moved):
        face, seen = self.work[who].screen
        gone = seen is not None and seen not in self.proposals[face]
        moved = moved and verdict is Verdict.ACCEPTED
        verdict = Verdict.CORRECTED if moved else verdict
        removed = self.faces[face].verdict is REMOVED
        if moved and not removed:
            changed = {face: replace(self.faces[face], verdict=verdict)}
        else:
            changed = self.decided({face}, verdict)
        nothing = removed or (verdict is Verdict.ACCEPTED and not changed)
        judged = self.shown(face) if seen is None else seen
        try:
            self.store.decisions.decide(
                who,
                [face],
                verdict,
                prediction_id=seen,
                points=triangle(CORRECTED_BY) if moved else None,
            )
        except UserError:
            assert gone or nothing
        else:
            assert not gone
            assert not nothing
            if changed:
                self.drafts.pop(face, None)
            if moved:
                self.corrections.add(len(self.operations))
            self.operate(
                who, {f: replace(s, judged=judged, moved=moved) for f, s in changed.items()}
            )

    @rule(who=REVIEWERS, faces=SOME, verdict=st.sampled_from([*VERDICTS.elements, UNREVIEWED]))
    def decide_many(self, who, faces, verdict):
        free = faces if len(faces) == 1 else faces - set(self.drafts)
        changed = self.decided(free, verdict)
        try:
            self.store.decisions.decide(who, sorted(faces), verdict)
        except UserError:
            lost = len(faces) == 1 and self.faces[min(faces)].verdict is REMOVED
            assert verdict is Verdict.ACCEPTED or lost
            assert not changed
        for face in changed:
            self.drafts.pop(face, None)
        self.operate(who, changed)

    @rule(who=REVIEWERS, low=SCORES, verdict=VERDICTS, data=st.data())
    def decide_by_score(self, who, low, verdict, data):
        waiting = {row[0]: row[2] for row in self.store.decisions.models_waiting()}
        if not waiting:
            return
        model = data.draw(st.sampled_from(sorted(waiting)))
        fits = {
            face
            for face in FACES
            if self.faces[face].verdict is UNREVIEWED
            and face not in self.drafts
            and (shown := self.shown(face)) is not None
            and self.proposals[face][shown].model == model
            and self.proposals[face][shown].score >= low
        }
        assert self.store.decisions.count_where(Threshold(model, low)) == len(fits)
        count, _ = self.store.decisions.decide_where(who, verdict, Threshold(model, low))
        assert count == len(fits)
        self.operate(who, self.decided(fits, verdict))

    @rule(who=REVIEWERS, faces=SOME, on=st.booleans())
    def flag(self, who, faces, on):
        self.store.decisions.flag(who, sorted(faces), on)
        there = {f for f in faces if self.faces[f].verdict is not REMOVED}
        changed = {f for f in there if self.faces[f].flag != on}
        self.operate(who, {f: replace(self.faces[f], flag=on) for f in changed})

    @rule(who=REVIEWERS, faces=SOME)
    def import_labels(self, who, faces):
        labels = [(face, LabelledFace("", triangle(CORRECTED_BY))) for face in sorted(faces)]
        free = {face for face in faces if self.faces[face].verdict in (UNREVIEWED, REMOVED)}
        count, _ = self.store.decisions.take_labels(who, labels, "l.json")
        assert count == len(free)
        label = {"verdict": Verdict.CORRECTED, "judged": None, "moved": True}
        self.operate(who, {face: replace(self.faces[face], **label) for face in free})

    @rule(
        who=REVIEWERS,
        face=st.sampled_from(FACES),
        shift=st.sampled_from([CORRECTED_BY, 1.0, 2.0, None]),
    )
    def move(self, who, face, shift):
        shown, before = self.shown(face), self.drafts.get(face)
        points = None if shift is None else triangle(shift)
        after = None if shift is None else Draft(shift, shown, who)
        try:
            self.store.drafts.save(who, face, shown if points is not None else None, points)
        except UserError:
            assert self.faces[face].verdict is REMOVED
            return
        assert self.faces[face].verdict is not REMOVED
        if before == after or (
            before is not None
            and after is not None
            and (before.shift, before.judged) == (after.shift, after.judged)
        ):
            return
        self.nothing_to_redo(who)
        move = Move(self.now(), face, self.faces[face].effect, before, after)
        self.work[who].moves.append(move)
        self.set_draft(face, after)

    def set_draft(self, face: int, draft: Draft | None) -> None:
        if draft is None:
            self.drafts.pop(face, None)
        else:
            self.drafts[face] = draft

    @rule(who=REVIEWERS, times=st.integers(1, 3))
    def undo(self, who, times):
        for _ in range(times):
            self.undo_one(who)

    def undo_one(self, who):
        self.store.undo.undo(who)
        work, step = self.work[who], self.next_undo(who)
        if isinstance(step, Move):
            step.undone = True
            self.set_draft(step.face, step.before)
        if not isinstance(step, int):
            return
        number = work.undo.pop()
        work.redo.append(number)
        for face, (before, after) in self.operations[number].items():
            if self.faces[face].effect == number and not self.stays(who, face, before):
                self.becomes(face, before)
                self.mark(number, face, True)
                if number in self.corrections:
                    mover = self.mover(face, who)
                    self.drafts.setdefault(face, Draft(CORRECTED_BY, after.judged, mover))

    def mover(self, face: int, other: str) -> str:
        """Who moved the points of a face last to where a correction has them."""
        moves = [
            (move.moment, who)
            for who, work in self.work.items()
            for move in work.moves
            if move.face == face and move.after is not None and move.after.shift == CORRECTED_BY
        ]
        return max(moves)[1] if moves else other

    @rule(who=REVIEWERS, times=st.integers(1, 3))
    def redo(self, who, times):
        for _ in range(times):
            self.redo_one(who)

    def redo_one(self, who):
        self.store.undo.redo(who)
        work, step = self.work[who], self.next_redo(who)
        if isinstance(step, Move):
            step.undone = False
            self.set_draft(step.face, step.after)
        if not isinstance(step, int):
            return
        number = work.redo.pop()
        work.undo.append(number)
        for face, (before, after) in self.operations[number].items():
            if self.faces[face].effect == before.effect:
                self.becomes(face, after)
                self.mark(number, face, False)
                draft = self.drafts.get(face)
                if after.moved and draft is not None and draft.shift == CORRECTED_BY:
                    self.drafts.pop(face)

    @rule(who=REVIEWERS, data=st.data())
    def take_back(self, who, data):
        if len(self.operations) == 1:
            return
        number = data.draw(st.integers(1, len(self.operations) - 1))
        changed = {
            face: before
            for face, (before, _after) in self.operations[number].items()
            if self.faces[face].effect == number and not self.stays(who, face, before)
        }
        promised = self.store.history.verdicts_after_revert(who, self.ids[number])
        assert promised == Counter(state.verdict for state in changed.values())
        try:
            self.store.history.revert_batch(who, self.ids[number])
        except UserError:
            assert not changed
            return
        self.targets[len(self.operations)] = number
        self.operate(who, changed)
        for face in changed:
            self.mark(number, face, True)

    @rule(who=REVIEWERS, face=st.sampled_from(FACES), data=st.data())
    def restore(self, who, face, data):
        entries = self.store.history.of_face(face)[::-1]
        place = data.draw(st.integers(-1, len(entries) - 1))
        try:
            self.store.history.restore(who, face, entries[place].id if place >= 0 else None)
        except UserError:
            then = self.history[face][place][1] if place >= 0 else State()
            removed = REMOVED in (then.verdict, self.faces[face].verdict)
            assert face in self.drafts or removed
            return
        assert face not in self.drafts
        before = self.history[face][place][1] if place >= 0 else State()
        self.operate(who, {face: before})

    @rule(faces=SOME, score=SCORES)
    def round_arrives(self, faces, score):
        self.rounds += 1
        round_id = propose(self.store, sorted(faces), score)
        query = (
            "SELECT p.face_id, p.id, r.model_id FROM prediction p "
            f"JOIN round r ON r.id = p.round_id WHERE r.id = {round_id}"
        )
        came = {
            face: (pid, Proposal(self.rounds, model, score))
            for face, pid, model in sql(self.store, query)
        }
        takes = (UNREVIEWED, Verdict.REJECTED, REMOVED)
        assert set(came) == {face for face in faces if self.faces[face].verdict in takes}
        for face, (pid, proposal) in came.items():
            self.proposals[face][pid] = proposal

    @rule()
    def old_proposals_go(self):
        self.store.rounds.prune()
        for face in FACES:
            drafts = list(self.drafts.values())
            for work in self.work.values():
                drafts += [d for move in work.moves for d in (move.before, move.after) if d]
            kept = {*self.judged, self.shown(face), *(draft.judged for draft in drafts)}
            self.proposals[face] = {
                pid: proposal
                for pid, proposal in self.proposals[face].items()
                if pid in kept or proposal.round >= self.rounds - 1
            }

    @rule()
    def restart(self):
        self.store.close()
        self.store = open_project(self.folder / "project")

    # What always holds

    @invariant()
    def the_store_shows_what_the_model_says(self):
        for face, state in self.faces.items():
            found = self.store.faces.get(face)
            assert (found.verdict, found.flag) == (state.verdict, state.flag)
            assert (found.draft is not None) == (face in self.drafts)
            draft = self.drafts.get(face)
            if draft is not None:
                np.testing.assert_array_equal(found.draft, triangle(draft.shift))
            seen = (draft and draft.judged) or self.shown(face)
            assert (found.prediction and found.prediction.id) == seen
            assert found.offered == self.offered(face)
            if state.verdict not in (UNREVIEWED, REMOVED):
                assert found.decision.verdict is state.verdict
                assert found.decision.prediction_id == state.judged
                assert (found.decision.points is not None) == state.moved
        there = [f for f in FACES if self.faces[f].verdict is not REMOVED]
        assert sorted(self.store.queue.ids(Filter())) == there
        assert [row[0] for row in self.store.faces.boxes()] == there
        assert {row[0] for row in self.store.labels.all()} == {
            face for face, state in self.faces.items() if state.verdict in FINAL
        }
        counts = self.store.queue.counts()
        assert counts.faces == len(there)
        assert sum(folder.faces for folder in self.store.queue.folders()) == len(there)
        assert counts.proposed == sum(map(self.offered, FACES))
        assert counts.accepted == sum(s.verdict is Verdict.ACCEPTED for s in self.faces.values())
        offered = self.store.queue.ids(Filter("offered"))
        assert sorted(offered) == [f for f in FACES if self.offered(f)]

    @invariant()
    def undo_and_redo_are_offered_as_they_would_act(self):
        for who in self.work:
            state = self.store.undo.state(who)
            for step, expected in (
                (state.undo_step, self.next_undo(who)),
                (state.redo_step, self.next_redo(who)),
            ):
                assert (step is None) == (expected is None)
                if step is not None:
                    assert (step.kind == "move") == isinstance(expected, Move)

    @invariant()
    def the_history_of_a_face_is_what_happened_to_it(self):
        for face, happened in self.history.items():
            told = [(e.verdict, e.flag, e.undone) for e in self.store.history.of_face(face)]
            assert told == [
                (state.verdict, state.flag, (number, face) in self.undone)
                for number, state in reversed(happened)
            ]

    @invariant()
    def batches_say_how_much_of_them_is_left(self):
        left = {batch.id: batch.left for batch in self.store.history.batches()}
        assert left == {
            self.ids[number]: sum(self.faces[face].effect == number for face in faces)
            for number, faces in enumerate(self.operations)
            if len(faces) > 1
        }

    @invariant()
    def the_log_only_grows(self):
        columns = "id, operation_id, face_id, verdict, flag, prediction_id"
        log = sql(self.store, f"SELECT {columns} FROM entry ORDER BY id")
        assert log[: len(self.log)] == self.log
        self.log = log


Reviewing.TestCase.settings = settings(
    max_examples=20,
    stateful_step_count=30,
    deadline=None,
    # a failure is told at once: making it shorter takes minutes
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
TestReviewing = pytest.mark.timeout(900)(Reviewing.TestCase)
