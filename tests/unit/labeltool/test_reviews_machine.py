"""Any order of decisions, undos and arriving rounds, against a model that is a few plain dicts."""

from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import mkdtemp

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from labeltool.domain import FINAL, Filter, UserError, Verdict
from labeltool.store import Threshold, open_project
from tests.projects import make_project, propose, sql, triangle

FACES = range(1, 4)
REVIEWERS = st.sampled_from(["ann", "ben"])
SOME = st.sets(st.sampled_from(FACES), min_size=1)
SCORES = st.sampled_from([0.2, 0.5, 0.8])
VERDICTS = st.sampled_from([Verdict.ACCEPTED, Verdict.REJECTED, Verdict.EXCLUDED])
UNREVIEWED = Verdict.UNREVIEWED


@dataclass(frozen=True)
class State:
    """Of a face. `effect`: the operation that made it so; `judged`: a prediction's id."""

    effect: int = 0
    verdict: Verdict = UNREVIEWED
    flag: bool = False
    judged: int | None = None
    moved: bool = False


@dataclass
class Work:
    """Of a reviewer: the operations that undo and redo would take, and the face on the screen."""

    undo: list[int] = field(default_factory=list)
    redo: list[int] = field(default_factory=list)
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
        self.store = make_project(self.folder / "project", len(FACES))
        self.faces = dict.fromkeys(FACES, State())
        self.proposals: dict[int, dict[int, Proposal]] = {face: {} for face in FACES}
        self.operations: list[dict[int, tuple[State, State]]] = [{}]
        self.ids = [0]
        self.targets: dict[int, int] = {}
        self.undone: set[tuple[int, int]] = set()
        self.history: dict[int, list[tuple[int, State]]] = {face: [] for face in FACES}
        self.work = {"ann": Work(), "ben": Work()}
        self.judged: set[int] = set()
        self.corrections: set[int] = set()  # operations by which moved points became a label
        self.drafts: dict[int, int | None] = {}  # undo gave them back: the prediction by face
        self.rounds = 0
        self.log: list[tuple] = []
        self.round_arrives(set(FACES), 0.5)

    def teardown(self):
        if hasattr(self, "store"):
            self.store.close()
            shutil.rmtree(self.folder)

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
        self.work[who].undo.append(number)
        self.work[who].redo = []

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
            if verdict is Verdict.ACCEPTED:
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
        if moved:
            changed = {face: replace(self.faces[face], verdict=verdict)}
        else:
            changed = self.decided({face}, verdict)
        nothing = verdict is Verdict.ACCEPTED and not changed
        judged = self.shown(face) if seen is None else seen
        try:
            self.store.reviews.decide(
                who, [face], verdict, prediction_id=seen, points=triangle(0.5) if moved else None
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
            self.store.reviews.decide(who, sorted(faces), verdict)
        except UserError:
            assert verdict is Verdict.ACCEPTED
            assert not changed
        for face in changed:
            self.drafts.pop(face, None)
        self.operate(who, changed)

    @rule(who=REVIEWERS, low=SCORES, verdict=VERDICTS, data=st.data())
    def decide_by_score(self, who, low, verdict, data):
        waiting = {row[0]: row[2] for row in self.store.reviews.models_waiting()}
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
        assert self.store.reviews.count_where(Threshold(model, low)) == len(fits)
        count, _ = self.store.reviews.decide_where(who, verdict, Threshold(model, low))
        assert count == len(fits)
        self.operate(who, self.decided(fits, verdict))

    @rule(who=REVIEWERS, faces=SOME, on=st.booleans())
    def flag(self, who, faces, on):
        self.store.reviews.flag(who, sorted(faces), on)
        changed = {f for f in faces if self.faces[f].flag != on}
        self.operate(who, {f: replace(self.faces[f], flag=on) for f in changed})

    @rule(who=REVIEWERS, times=st.integers(1, 3))
    def undo(self, who, times):
        for _ in range(times):
            self.undo_one(who)

    def undo_one(self, who):
        self.store.reviews.undo(who)
        work = self.work[who]
        if not work.undo:
            return
        number = work.undo.pop()
        work.redo.append(number)
        for face, (before, after) in self.operations[number].items():
            if self.faces[face].effect == number:
                self.becomes(face, before)
                self.mark(number, face, True)
                if number in self.corrections:
                    self.drafts.setdefault(face, after.judged)

    @rule(who=REVIEWERS, times=st.integers(1, 3))
    def redo(self, who, times):
        for _ in range(times):
            self.redo_one(who)

    def redo_one(self, who):
        self.store.reviews.redo(who)
        work = self.work[who]
        if not work.redo:
            return
        number = work.redo.pop()
        work.undo.append(number)
        for face, (before, after) in self.operations[number].items():
            if self.faces[face].effect == before.effect:
                self.becomes(face, after)
                self.mark(number, face, False)
                if after.moved:  # every move here leads to the same place
                    self.drafts.pop(face, None)

    @rule(who=REVIEWERS, data=st.data())
    def take_back(self, who, data):
        if len(self.operations) == 1:
            return
        number = data.draw(st.integers(1, len(self.operations) - 1))
        changed = {
            face: before
            for face, (before, _after) in self.operations[number].items()
            if self.faces[face].effect == number
        }
        promised = self.store.history.would_return_to(who, self.ids[number])
        assert promised == Counter(state.verdict for state in changed.values())
        try:
            self.store.history.take_back(who, self.ids[number])
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
            assert face in self.drafts
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
        takes = (UNREVIEWED, Verdict.REJECTED)
        assert set(came) == {face for face in faces if self.faces[face].verdict in takes}
        for face, (pid, proposal) in came.items():
            self.proposals[face][pid] = proposal

    @rule()
    def old_proposals_go(self):
        self.store.rounds.prune()
        for face in FACES:
            kept = {*self.judged, self.shown(face)}
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
            found = self.store.faces.face(face)
            assert (found.verdict, found.flag) == (state.verdict, state.flag)
            assert (found.draft is not None) == (face in self.drafts)
            seen = self.drafts.get(face) or self.shown(face)
            assert (found.prediction and found.prediction.id) == seen
            assert found.offered == self.offered(face)
            if state.verdict is not UNREVIEWED:
                assert found.decision.verdict is state.verdict
                assert found.decision.prediction_id == state.judged
                assert (found.decision.points is not None) == state.moved
        counts = self.store.faces.counts()
        assert counts.proposed == sum(map(self.offered, FACES))
        assert counts.accepted == sum(s.verdict is Verdict.ACCEPTED for s in self.faces.values())
        assert self.store.faces.queue(Filter("offered")) == [f for f in FACES if self.offered(f)]

    @invariant()
    def undo_and_redo_are_offered_as_they_would_act(self):
        for who, work in self.work.items():
            state = self.store.reviews.undo_state(who)
            assert (state.undo is not None, state.redo is not None) == (
                bool(work.undo),
                bool(work.redo),
            )

    @invariant()
    def the_history_of_a_face_is_what_happened_to_it(self):
        for face, happened in self.history.items():
            told = [(e.verdict, e.flag) for e in self.store.history.of_face(face)]
            assert told == [(state.verdict, state.flag) for _, state in reversed(happened)]
            undone = [e.undone for e in self.store.history.of_face(face)]
            assert undone == [(number, face) in self.undone for number, _ in reversed(happened)]

    @invariant()
    def batches_say_how_much_of_them_is_left(self):
        left = {batch.id: batch.left for batch in self.store.history.batches()}
        assert left == {
            self.ids[number]: sum(self.faces[face].effect == number for face in faces)
            for number, faces in enumerate(self.operations)
            if len(faces) > 1
        }

    @invariant()
    def the_log_only_grows_and_agrees(self):
        columns = "id, operation_id, face_id, verdict, flag, prediction_id"
        log = sql(self.store, f"SELECT {columns} FROM entry ORDER BY id")
        assert log[: len(self.log)] == self.log
        self.log = log
        assert self.store.reviews.check() == []


Reviewing.TestCase.settings = settings(
    max_examples=30,
    stateful_step_count=30,
    deadline=None,
    # a failure is told at once: making it shorter takes minutes
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
TestReviewing = pytest.mark.timeout(900)(Reviewing.TestCase)
