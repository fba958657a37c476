"""An acceptance with a guarantee: faces are shown one after the other, then a set is accepted.

    session = Acceptance.start(store, reviewer, AcceptanceSettings(filter))
    while (shown := session.next()) is not None and not session.state().is_finished:
        session.judge(shown.token, right=...)
    session.accept(progress)

Whoever shows a face cannot tell a draw of the set from a planted face or a repeat. Everything is
stored before it is shown, so that `Acceptance.resume` goes on after a crash, or the next day.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from labeltool.domain import (
    N_,
    Changes,
    Message,
    Points,
    Progress,
    UserError,
    Verdict,
    WriteResult,
)
from labeltool.store import Store
from labeltool.store.trust.acceptances import Judgement
from labeltool.trust.acceptance_settings import PLANTED_EVERY, REPEAT_EVERY, AcceptanceSettings
from labeltool.trust.acceptance_state import (
    AcceptanceState,
    clean_faces_needed,
    current_set,
    sentence_of,
)
from labeltool.trust.certificate import build_certificate
from labeltool.trust.detection_curve import ReviewerState, fit_curve
from labeltool.trust.drawing import set_sizes
from labeltool.trust.planting import SHIFT_SIZES, shifted
from labeltool.trust.pose_groups import by_pose
from labeltool.trust.set_results import Group, SetResult, find_results, reviewer_bound

MIN_LABELS = 5
"""Labelled faces that planted ones are made of; with fewer, faces that were judged right."""

MAX_LABELS = 400
"""Labelled faces that planted ones are chosen from."""

REPEAT_AFTER = 10
"""A face is shown again after so many others at the earliest."""


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """A face to look at. `points`: (N, 2) pixels of the upright photo. `number` counts from 1."""

    token: str
    face_id: int
    points: Points
    number: int


class Acceptance:
    """A session of one reviewer. It belongs to one thread.

    `id`: to resume it. `settings`, `groups`: what is guaranteed of which faces.
    """

    def __init__(self, store: Store, acceptance_id: int) -> None:
        self._store = store
        self._record = record = store.trust.acceptances.get(acceptance_id)
        self.id = acceptance_id
        self.settings = AcceptanceSettings.from_dict(json.loads(record.settings))
        held = record.candidates
        self._prediction = dict(zip(held.faces.tolist(), held.predictions.tolist(), strict=True))
        self.groups = tuple(
            Group(name, faces := held.faces[held.group == place].tolist(),
                  set_sizes(len(faces), self.settings.shares), record.seed)
            for place, name in enumerate(held.groups)
        )  # fmt: skip
        self._judgements = store.trust.acceptances.judgements(acceptance_id)
        self._labels: list[int] | None = None

    @classmethod
    def start(
        cls, store: Store, reviewer: str, settings: AcceptanceSettings, *, seed: str = ""
    ) -> Acceptance:
        """Start a session over the faces of the settings' filter that nobody judged.

        `seed`: of the draw; a new random one if empty.

        Raises:
            UserError: there is no such face, or the settings cannot be guaranteed.
        """
        settings.check()
        wanted = replace(settings.filter, verdict="offered", order="file", descending=False)
        faces = store.queue.ids(wanted)
        by_folder = settings.grouped_by == "folder"
        held = store.trust.acceptances.candidates(faces, by_folder=by_folder)
        if not len(held.faces):
            raise UserError(
                N_("No face there has a proposal that nobody judged."),
                N_("Predict first, or choose another filter."),
            )
        if settings.grouped_by == "pose":
            held = by_pose(store, held)
        written = json.dumps(settings.to_dict(), sort_keys=True)
        seed = seed or secrets.token_hex(16)
        return cls(store, store.trust.acceptances.start(reviewer, seed, written, held))

    @classmethod
    def resume(cls, store: Store, acceptance_id: int) -> Acceptance:
        """Go on with a session that was not finished.

        Raises:
            UserError: it is finished, or proposals of its faces changed meanwhile.
        """
        session = cls(store, acceptance_id)
        session.check()
        return session

    @classmethod
    def continued(cls, store: Store, reviewer: str, settings: AcceptanceSettings) -> Acceptance:
        """Go on with a session of the same settings, or start one if there is none to go on with.

        Raises:
            UserError: see `start`.
        """
        for each in cls.unfinished(store, reviewer):
            session = cls(store, each)
            if session.settings == settings and not store.trust.acceptances.changed(
                session._record.candidates
            ):
                return session
        return cls.start(store, reviewer, settings)

    @staticmethod
    def unfinished(store: Store, reviewer: str) -> list[int]:
        """Ids of this reviewer's sessions that may be resumed, the newest first."""
        return store.trust.acceptances.open_ids(reviewer)

    @property
    def size(self) -> int:
        """How many faces the largest sets hold together."""
        return len(self._prediction)

    @property
    def uuid(self) -> str:
        """What names the session in files."""
        return self._record.uuid

    @property
    def reviewer(self) -> str:
        """Who looks at the faces."""
        return self._record.reviewer

    @property
    def judgements(self) -> tuple[Judgement, ...]:
        """Everything that was shown: for certificates, not for whoever shows faces."""
        return tuple(self._judgements)

    def check(self) -> None:
        """Make sure that the session may go on.

        Raises:
            UserError: it is finished, or proposals of its faces changed meanwhile.
        """
        if self._store.trust.acceptances.get(self.id).status != "open":
            raise UserError(N_("This acceptance is finished."), N_("Start a new one."))
        if changed := self._store.trust.acceptances.changed(self._record.candidates):
            raise _changed(changed)

    # Looking at faces

    def next(self) -> Shown | None:
        """The face to look at now; the same one until it is judged. None if there is no more.

        Raises:
            UserError: the face's proposal changed meanwhile.
        """
        waiting = next((each for each in self._judgements if each.answer is None), None)
        made = waiting or self._show_next()
        return None if made is None else self._shown(made)

    def draw(self, most: int) -> list[Shown]:
        """Every face that waits for a judgement, and as many more as would do if all of them were
        right, but at most `most` faces: to be judged elsewhere, in any order.

        Raises:
            UserError: proposals of its faces changed meanwhile.
        """
        while sum(each.answer is None for each in self._judgements) < most:
            if self._show_next() is None:
                break
        return [self._shown(each) for each in self._judgements if each.answer is None]

    def _show_next(self) -> Judgement | None:
        """Store what is shown next; faces that wait for a judgement count as judged as hoped."""
        sets = self._results(self._reviewer_state(hoped=True).lowest, self._wrong(hoped=True))
        current = current_set(sets)
        if current is None:
            return None
        number = len(self._judgements) + 1
        other = self._planted(number) or self._repeated(number)
        if other is None:
            at = sets[current]
            face = self.groups[at.group].next_face(at.step, self._wrong(hoped=True))
            if face is None:
                return None
            self._points(face)
            other = self._store.trust.acceptances.show(
                self.id, number, face, self._prediction[face]
            )
        self._judgements.append(other)
        return other

    def judge(self, token: str, right: bool, corrected: Points | None = None) -> WriteResult:
        """Say whether the face shown under a token is right; a wrong one may be `corrected`.

        `corrected`: (N, 2) pixels, which become the label of a face of the set. Nothing of the
        result says what kind of face it was.

        Raises:
            UserError: it was judged already, or never shown.
        """
        shown = next((each for each in self._judgements if each.token == token), None)
        if shown is None or shown.answer is not None:
            raise UserError(N_("This face was judged already."), N_("Look at the next one."))
        records = self._store.trust.acceptances
        operation = None
        with self._store.transaction():
            records.answer(token, right)
            if not right and corrected is not None and shown.kind == "real":
                self._store.decisions.decide(
                    self.reviewer, [shown.face_id], Verdict.CORRECTED,
                    prediction_id=shown.prediction_id, points=corrected,
                )  # fmt: skip
                records.note_correction(token, self.reviewer)
                operation = records.newest_operation(self.reviewer)
        place = self._judgements.index(shown)
        self._judgements[place] = replace(shown, answer=right, operation_id=operation)
        return WriteResult(Changes(faces=frozenset([shown.face_id])))

    def take_back(self) -> WriteResult | None:
        """Take the last judgement back, with its correction: the face is the next one to look at.

        Returns:
            What that changed; None if nothing was judged yet.
        """
        judged = [each for each in self._judgements if each.answer is not None]
        if not judged:
            return None
        last, result = judged[-1], WriteResult()
        with self._store.transaction():
            self._store.trust.acceptances.take_back(last.token)
            if last.operation_id is not None:
                result = self._store.history.revert_batch(self.reviewer, last.operation_id)
        place = self._judgements.index(last)
        self._judgements[place] = replace(last, answer=None, time=None, operation_id=None)
        return result

    def coming(self, count: int) -> list[int]:
        """Faces that are likely to be shown soon, so that their photos can be read ahead."""
        sets = self._results(self._reviewer_state().lowest)
        current = current_set(sets)
        if current is None:
            return []
        at = sets[current]
        return self.groups[at.group].coming(at.step, self._wrong(), count)

    def _wrong(self, *, hoped: bool = False) -> dict[int, bool]:
        """What was said of the draws, by face: whether it is wrong. `hoped`: those that wait for a
        judgement are right."""
        return {
            each.face_id: each.answer is False
            for each in self._judgements
            if each.kind == "real" and (hoped or each.answer is not None)
        }

    def _shown(self, judgement: Judgement) -> Shown:
        points = judgement.points
        if points is None:
            points = self._points(judgement.face_id)
        return Shown(judgement.token, judgement.face_id, points, judgement.number)

    def _points(self, face: int) -> Points:
        found = self._store.trust.acceptances.proposal(face, self._prediction[face])
        if found is None:
            raise _changed(1)
        return found

    def _planted(self, number: int) -> Judgement | None:
        """A planted face in its turn, if there is one to make it of."""
        if not self.settings.measure_reviewer:
            return None
        block, place = divmod(number - 1, PLANTED_EVERY)
        if place != self._random("planted", block).integers(PLANTED_EVERY):
            return None
        random = self._random("shift", number)
        size = float(random.choice(SHIFT_SIZES))
        for face in self._carriers(random):
            label = self._store.trust.acceptances.label(face)
            if label is None and face in self._prediction:
                label = self._points(face)
            if label is None:
                continue
            points = shifted(label, self._store.scheme, self.settings.tolerance, size, random)
            if points is not None:
                return self._store.trust.acceptances.show(
                    self.id, number, face, None, "planted", size, points
                )
        return None

    def _carriers(self, random: np.random.Generator) -> Sequence[int]:
        """A few faces whose landmarks are known to be right, in random order: labels of the
        project, or draws that were judged right some time ago."""
        if self._labels is None:
            self._labels = self._store.trust.acceptances.labels(MAX_LABELS)
        used = {each.face_id for each in self._judgements[-REPEAT_AFTER:]}
        known = [face for face in self._labels if face not in used]
        if len(self._labels) < MIN_LABELS:
            known += [
                face for face, wrong in self._wrong().items() if not wrong and face not in used
            ]
        return [int(face) for face in random.permutation(known)[:5]]

    def _repeated(self, number: int) -> Judgement | None:
        """A face shown before, in its turn."""
        block, place = divmod(number - 1, REPEAT_EVERY)
        if block == 0 or place != self._random("repeat", block).integers(REPEAT_EVERY):
            return None
        shown = {each.face_id for each in self._judgements if each.kind != "real"}
        earlier = [
            each
            for each in self._judgements[:-REPEAT_AFTER]
            if each.kind == "real" and each.operation_id is None and each.face_id not in shown
        ]
        if not earlier:
            return None
        again = earlier[int(self._random("again", number).integers(len(earlier)))]
        return self._store.trust.acceptances.show(
            self.id, number, again.face_id, again.prediction_id, "repeat"
        )

    def _random(self, what: str, number: int) -> np.random.Generator:
        """Random numbers that the seed determines."""
        digest = hashlib.sha256(f"{self._record.seed}:{what}:{number}".encode()).digest()
        return np.random.default_rng(np.frombuffer(digest, "<u4"))

    # How far it is

    def state(self) -> AcceptanceState:
        """How far the session is."""
        reviewer = self._reviewer_state()
        sets = self._results(reviewer.lowest)
        current = current_set(sets)
        holds_for = sum(self._held(sets))
        more = None
        if current is not None:
            at = sets[current]
            answers = self.groups[at.group].answers(at.step, self._wrong())
            more = clean_faces_needed(at, answers, reviewer, self.settings)
        return AcceptanceState(
            tuple(sets), current, reviewer,
            sum(each.answer is not None for each in self._judgements), holds_for, more,
            sentence_of(sets, current, holds_for, self.size, more),
        )  # fmt: skip

    def _results(self, detection: float, wrong: dict[int, bool] | None = None) -> list[SetResult]:
        said = self._wrong() if wrong is None else wrong
        return find_results(
            self.groups, said, limit=self.settings.limit, risk=self._risk(), detection=detection
        )

    def _risk(self) -> float:
        """The part of 1 - confidence for the sets; the other half is for the reviewer."""
        risk = 1 - self.settings.confidence
        return risk / 2 if self.settings.measure_reviewer else risk

    def _held(self, sets: Sequence[SetResult]) -> list[int]:
        """Of each group, how many of its strictest faces the guarantee holds for."""
        held = [0] * len(self.groups)
        for each in sets:
            if each.holds:
                held[each.group] = max(held[each.group], each.size)
        return held

    def _reviewer_state(self, *, hoped: bool = False) -> ReviewerState:
        planted = [
            each
            for each in self._judgements
            if each.kind == "planted" and (hoped or each.answer is not None)
        ]
        found = [not each.answer for each in planted]
        first = self._wrong()
        repeats = [
            each for each in self._judgements if each.kind == "repeat" and each.answer is not None
        ]
        lowest = 1.0
        if self.settings.measure_reviewer:
            lowest = reviewer_bound(found, (1 + self.settings.confidence) / 2)
        return ReviewerState(
            len(found), sum(found), lowest,
            fit_curve([each.shift or 0.0 for each in planted], found), len(repeats),
            sum(first[each.face_id] == each.answer for each in repeats),
        )  # fmt: skip

    # The end

    def accept(self, progress: Progress) -> tuple[WriteResult, str]:
        """Accept the largest sets that the guarantee holds for, as one operation that undo takes
        back; returns what it changed, and the digest of the certificate.

        Faces that were judged wrong are not among them. `progress` may raise Cancelled: nothing
        has happened then.

        Raises:
            UserError: the guarantee does not hold yet, or proposals changed meanwhile.
        """
        sets = self._results(self._reviewer_state().lowest)
        held = self._held(sets)
        if not any(held):
            raise UserError(
                N_("The guarantee does not hold for any face yet."), N_("Look at more faces.")
            )
        wrong = self._wrong()
        inside = [
            face
            for group, size in zip(self.groups, held, strict=True)
            for face in group.faces[:size]
            if not wrong.get(face)
        ]
        with self._store.transaction():
            self.check()
            planned = self._store.batches.plan(inside, Verdict.ACCEPTED).waiting
            seen = [each for each in planned if each[2] == self._prediction[each[0]]]
            if not seen:
                raise UserError(
                    N_("Every one of these faces was decided meanwhile."), N_("Start a new one.")
                )
            certificate = build_certificate(
                self._store, self._record, self.settings, self.groups, held, sets,
                self._reviewer_state(), self._judgements, len(seen),
            )  # fmt: skip
            result = self._store.batches.run(
                self.reviewer, Verdict.ACCEPTED, seen, progress, certificate=certificate.name
            )
            operation = self._store.trust.acceptances.newest_operation(self.reviewer)
            self._store.trust.certificates.add(
                self.id, operation, certificate.digest, certificate.document
            )
            self._store.trust.acceptances.end(self.id, "accepted")
        return replace(result, message=Message.join(result.message, self.guarantee(sum(held)))), (
            certificate.digest
        )

    def guarantee(self, count: int) -> Message:
        """What is guaranteed of so many faces."""
        return self.settings.sentence(count)

    def end(self) -> None:
        """Finish without accepting anything; corrections stay."""
        self._store.trust.acceptances.end(self.id, "ended")


def _changed(count: int) -> UserError:
    return UserError(
        N_("The proposals of {count:,} faces changed since this acceptance began."),
        N_("Start a new one: what was looked at says nothing about the new proposals."),
        count=count,
    )
