"""Rounds, whose worker may do its work, fail, hang, die or be taken in by somebody else."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from labeltool.domain import (
    ABSENT,
    OCCLUDED,
    VISIBLE,
    Cancelled,
    Changes,
    Filter,
    LandmarkCounts,
    Message,
    RoundKind,
    RoundStatus,
    UserError,
    Verdict,
    WriteResult,
)
from labeltool.domain.round_options import RoundOptions
from labeltool.rounds import liveness
from labeltool.rounds.controller import Rounds
from labeltool.rounds.mean_face import MEAN_FACE
from labeltool.rounds.planning import NEW_HEADS_LR, Recipe, RoundPlan
from labeltool.rounds.proposals import mean_face_proposals
from labeltool.rounds.run_folder import Event, RunFolder
from labeltool.rounds.run_inputs import freeze_faces, freeze_labels
from labeltool.rounds.run_tables import FaceTable, LabelTable, RunPhoto
from labeltool.store import Store, backups, open_project, restore
from pipnet.data.scheme import Scheme
from tests.labeltool.rounds.conftest import THREE_LIKE_STARTER
from tests.projects import add_faces, change, make_project, propose, shown, sql, triangle, verdicts
from tests.waiting import wait_until

ANN = "ann"


def ignore(_event: Event) -> None:
    pass


def run(rounds: Rounds, on_event=ignore) -> Changes:
    rounds.launcher.start_training(rounds.launcher.plan())
    return rounds.wait(on_event)


def until_event(rounds: Rounds, kind: str) -> list[Event]:
    """Everything said up to an event of this kind."""
    seen: list[Event] = []

    def came() -> bool:
        seen.extend(rounds.follower.poll())
        return any(event.kind == kind for event in seen)

    wait_until(came)
    return seen


def everything(store: Store) -> tuple[list, list, list]:
    """All that a failed round must leave alone."""
    return (
        sql(store, "SELECT * FROM state ORDER BY face_id"),
        sql(store, "SELECT * FROM prediction ORDER BY id"),
        sql(store, "SELECT * FROM entry ORDER BY id"),
    )


class TestPlan:
    def test_it_counts_what_goes_in(self, reviewed):
        _store, rounds = reviewed()
        plan = rounds.launcher.plan()
        assert (plan.number, plan.task) == (1, "std")
        assert (plan.manual, plan.pseudo, plan.pseudo_available, plan.faces) == (2, 2, 2, 6)
        assert plan.seconds <= 601
        text = str(plan.describe())
        assert "2 manual labels and 2 of 2 pseudo-labels" in text
        assert "this CPU" in text

    def test_without_a_manual_label_it_refuses_and_says_why(self, project):
        store = project(3)
        store.decisions.decide(ANN, [1], Verdict.REJECTED)
        with pytest.raises(UserError, match="no manual label") as caught:
            Rounds(store).launcher.plan()
        assert "Accept or correct" in str(caught.value.remedy)

    def test_the_first_round_trains_on_the_labels_alone_first(self, reviewed):
        store, rounds = reviewed()
        recipe = rounds.launcher.plan().recipe
        assert 0 < recipe.first_images < recipe.images
        assert recipe.predict_again
        run(rounds)
        spec = RunFolder(store.rounds.all()[-1].folder).spec()
        assert Recipe(**spec["recipe"]) == recipe
        assert spec["in_use"] == {"round": 0, "weights": None, "sources": [0, 1, 2]}
        later = rounds.launcher.plan().recipe
        assert (later.first_images, later.predict_again) == (0, False)
        afresh = rounds.launcher.plan(RoundOptions(start="starter")).recipe
        assert afresh.first_images > 0
        assert not afresh.predict_again  # the stored proposals are of a network that saw labels
        run(rounds)
        folder = RunFolder(store.rounds.all()[-1].folder)
        assert folder.spec()["in_use"] == {
            "round": 1, "weights": folder.spec()["weights"], "sources": [0, 1, 2],
        }  # fmt: skip

    def test_heads_for_another_scheme_are_trained_at_a_higher_rate(self, project):
        store = project(2, proposed=False)  # three landmarks, which the starter does not have
        store.decisions.decide(ANN, [1], Verdict.CORRECTED, points=triangle())
        assert Rounds(store).launcher.plan().recipe.lr == NEW_HEADS_LR

    def test_epochs_that_were_asked_for_are_taken(self, reviewed):
        _store, rounds = reviewed()
        plan = rounds.launcher.plan(RoundOptions(epochs=7))
        assert plan.epochs == 7
        assert not plan.capped
        assert "capped" not in str(plan.describe())

    def test_a_round_without_pseudo_labels_uses_none(self, reviewed):
        _store, rounds = reviewed()
        plan = rounds.launcher.plan(RoundOptions(pseudo=False))
        assert (plan.pseudo, plan.pseudo_available) == (0, 2)

    def test_a_full_self_training_needs_pseudo_labels(self, project):
        store = project(2, proposed=False)
        store.decisions.decide(ANN, [1], Verdict.CORRECTED, points=triangle())
        with pytest.raises(UserError, match="no pseudo-labels"):
            Rounds(store).launcher.plan(RoundOptions(full=True))

    def test_imagenet_weights_are_found_in_the_project(self, reviewed, monkeypatch, tmp_path):
        monkeypatch.setenv("TORCH_HOME", str(tmp_path / "nothing"))
        store, rounds = reviewed()
        options = RoundOptions("imagenet", "resnet18")
        with pytest.raises(UserError, match="no ImageNet weights for the backbone resnet18"):
            rounds.launcher.plan(options)
        weights = store.folder / "resnet18-f37072fd.pth"
        weights.touch()
        rounds.launcher.start_training(rounds.launcher.plan(options))
        running = rounds.follower.current
        assert running is not None
        spec = running.folder.spec()
        assert spec["imagenet"] == str(weights.absolute())
        assert RoundOptions(**spec["options"]) == options

    def test_a_large_project_is_capped_to_ten_minutes_and_says_so(self, project):
        store = project(2000)
        store.decisions.decide(ANN, [1], Verdict.ACCEPTED)
        plan = Rounds(store).launcher.plan()
        assert 0 < plan.pseudo < plan.pseudo_available == 1999
        assert plan.seconds <= 610
        assert "capped to fit about ten minutes" in str(plan.describe())

    def test_the_speed_of_this_machine_is_learnt_from_its_last_run(self, reviewed):
        _store, rounds = reviewed()
        before = rounds.launcher.plan(RoundOptions(epochs=100))
        run(rounds)
        after = rounds.launcher.plan(RoundOptions(epochs=100))
        assert after.seconds < before.seconds  # 20 images a second instead of the guessed 10


class TestRunFolder:
    def folder(self, tmp_path: Path, photos: int = 2) -> RunFolder:
        folder = RunFolder(tmp_path / "project" / "rounds" / "0001")
        table = FaceTable(
            np.arange(photos), np.arange(photos), np.ones((photos, 4)), np.array(["hand"] * photos)
        )
        labels = LabelTable(np.array([0]), np.ones((1, 3, 2)), np.array([True]))
        spec = {"roots": {1: "/photos", 2: "../../photos"}, "weights": None}
        rows = [RunPhoto(1, "a.jpg", 40, 30), RunPhoto(2, "바다/b.jpg")][:photos]
        folder.create(spec, rows, table, labels)
        return folder

    def test_what_was_frozen_is_read_back(self, tmp_path):
        folder = self.folder(tmp_path)
        assert folder.spec()["weights"] is None
        paths = [os.path.normpath(path) for path in folder.tables.photos()]
        assert paths == ["/photos/a.jpg", str(tmp_path / "project" / "photos/바다/b.jpg")]
        assert folder.tables.sizes() == [(40, 30), None]
        faces, labels = folder.tables.faces(), folder.tables.labels()
        assert faces.ids.tolist() == [0, 1]
        assert faces.kinds.tolist() == ["hand", "hand"]
        assert (labels.faces.tolist(), labels.manual.tolist()) == ([0], [True])

    def test_a_full_disk_leaves_no_folder_at_all(self, tmp_path, monkeypatch):
        def full(*_, **__):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(np, "savez", full)
        with pytest.raises(UserError, match="no space left on device") as caught:
            self.folder(tmp_path)
        assert caught.value.remedy
        assert list((tmp_path / "project" / "rounds").iterdir()) == []

    def test_events_are_read_once_and_only_when_whole(self, tmp_path):
        folder = self.folder(tmp_path)
        reader = RunFolder(folder.path)
        assert reader.new_events() == []
        folder.report(Event("started", detail="CPU"))
        with (folder.path / "events.jsonl").open("a") as file:
            file.write('{"kind": "progress", "sta')
            file.flush()
            assert reader.new_events() == [Event("started", detail="CPU")]
            assert reader.new_events() == []
            file.write('ge": "train", "done": 3}\n')
        assert reader.new_events() == [Event("progress", "train", 3)]
        assert len(RunFolder(folder.path).new_events()) == 2

    def test_many_events_are_read_in_parts(self, tmp_path):
        folder = self.folder(tmp_path)
        events = [Event("progress", "train", done) for done in range(100)]
        for event in events:
            folder.report(event)
        reader, seen = RunFolder(folder.path), []
        while some := reader.new_events(1000):
            assert len(some) < 10
            seen += some
        assert seen == events

    def test_a_cancel_stops_the_worker_at_its_next_report(self, tmp_path):
        folder = self.folder(tmp_path)
        folder.report(Event("progress"))
        folder.cancel()
        for kind in ("started", "cancelled"):
            folder.report(Event(kind))
        with pytest.raises(Cancelled):
            folder.report(Event("progress"))
        with pytest.raises(Cancelled):
            folder.check_cancel()

    def test_stopping_early_is_no_cancel(self, tmp_path):
        folder = self.folder(tmp_path)
        assert not folder.should_stop_early
        folder.stop_early()
        folder.check_cancel()
        assert folder.should_stop_early

    def test_a_worker_lives_as_long_as_it_holds_the_lock(self, tmp_path):
        folder = self.folder(tmp_path)
        assert not folder.is_worker_alive()
        with folder.hold_lock():
            assert RunFolder(folder.path).is_worker_alive()
        assert not folder.is_worker_alive()

    def test_a_second_worker_is_refused(self, tmp_path):
        folder = self.folder(tmp_path)

        def work_too() -> None:
            with RunFolder(folder.path).hold_lock():
                pass

        with folder.hold_lock(), pytest.raises(UserError, match="Another worker is busy"):
            work_too()

    def test_checking_for_a_live_worker_never_stops_one_from_starting(self, tmp_path):
        folder = self.folder(tmp_path)
        (folder.path / "lock").touch()
        stop = threading.Event()

        def look() -> None:
            while not stop.is_set():
                folder.is_worker_alive()

        windows = [threading.Thread(target=look) for _ in range(3)]
        for window in windows:
            window.start()
        try:
            for _ in range(50):
                with RunFolder(folder.path).hold_lock():  # raises if the lock is taken
                    assert folder.is_worker_alive()
        finally:
            stop.set()
            for window in windows:
                window.join()

    def test_results_are_there_only_when_whole(self, tmp_path):
        folder = self.folder(tmp_path)
        (folder.path / "results.json.partial").write_text('{"half')
        assert folder.results() is None
        folder.write_results({"chunks": []})
        assert folder.results() == {"chunks": []}

    @pytest.mark.parametrize("content", [None, b"", b"PK\x03\x04 cut", b"numbers"])
    def test_predictions_that_cannot_be_read_are_said(self, tmp_path, content):
        folder = self.folder(tmp_path)
        if content is not None:
            (folder.path / "predictions-00000.npz").write_bytes(content)
        with pytest.raises(UserError, match="cannot be read") as caught:
            folder.tables.predictions("predictions-00000.npz")
        assert "again" in str(caught.value.remedy)

    def test_the_end_of_a_log_in_any_encoding_is_shown(self, tmp_path):
        folder = self.folder(tmp_path)
        assert folder.log_tail() == ""
        lines = [f"line {i}" for i in range(100)]
        (folder.path / "worker.log").write_bytes("\n".join(lines).encode() + b"\n\xff\xfe")
        assert folder.log_tail(3).splitlines()[:2] == ["line 98", "line 99"]


class TestRound:
    def test_it_offers_new_proposals_and_touches_no_decision(self, reviewed):
        store, rounds = reviewed()
        before = [store.faces.get(face) for face in (1, 2, 4)]
        seen: list[str] = []
        result = run(rounds, lambda event: seen.append(event.kind))
        assert result.changes.all
        assert "3 faces have a proposal to review" in str(result.message)
        assert (seen[0], seen[-1]) == ("started", "finished")
        assert not rounds.follower.is_running
        assert verdicts(store)[:4] == [
            Verdict.ACCEPTED,
            Verdict.ACCEPTED,
            Verdict.REJECTED,
            Verdict.EXCLUDED,
        ]
        for old, face in zip(before, (1, 2, 4), strict=True):
            assert shown(store, face) == old.prediction.id
        assert store.queue.ids(Filter("offered")) == [3, 5, 6]
        assert store.faces.get(3).prediction.model == "round 1"
        row = store.rounds.all()[-1]
        assert (row.kind, row.number, row.status) == (RoundKind.TRAIN, 1, RoundStatus.READY)
        assert row.summary["manual"] == 2
        assert store.check() == []

    def test_what_goes_in_is_frozen(self, reviewed):
        store, rounds = reviewed()
        moved = triangle(2)
        store.decisions.decide(ANN, [2], Verdict.CORRECTED, points=moved)
        run(rounds)
        folder = RunFolder(store.rounds.all()[-1].folder)
        labels, spec = folder.tables.labels(), folder.spec()
        assert labels.faces.tolist() == [1, 2, 5, 6]  # not the rejected, not the excluded
        assert labels.manual.tolist() == [True, True, False, False]
        np.testing.assert_array_equal(labels.points[1], moved)
        assert folder.tables.faces().ids.tolist() == [1, 2, 3, 5, 6]
        assert (spec["task"], spec["number"], spec["weights"]) == ("std", 1, None)

    def test_the_most_confident_pseudo_labels_go_in_first(self, reviewed, project):
        store, rounds = reviewed()
        add_faces(store, 3)
        propose(store, [7, 8, 9], [0.2, 0.95, 0.7], model="starter")
        plan = rounds.launcher.plan()
        assert plan.pseudo == 5
        table = freeze_faces(store, store.faces.boxes())[1]
        assert freeze_labels(store, 3, table).faces.tolist() == [1, 2, 8, 9, 5]

    def test_the_visibility_of_landmarks_goes_in(self, reviewed):
        store, rounds = reviewed()
        points = triangle()
        points[2] = np.nan
        seen = np.array([VISIBLE, OCCLUDED, ABSENT], np.int8)
        store.decisions.decide(ANN, [2], Verdict.CORRECTED, points=points, visibility=seen)
        plan = rounds.launcher.plan()
        assert plan.landmarks == LandmarkCounts(occluded=1, absent=1)
        assert "1 landmark is occluded and counts half. 1 landmark is absent" in str(
            plan.describe()
        )
        run(rounds)
        assert store.rounds.all()[-1].summary["landmarks"] == {"occluded": 1, "absent": 1}
        labels = RunFolder(store.rounds.all()[-1].folder).tables.labels()
        assert labels.faces.tolist() == [1, 2, 5, 6]
        assert labels.visibility.tolist() == [
            [VISIBLE] * 3, [VISIBLE, OCCLUDED, ABSENT], [VISIBLE] * 3, [VISIBLE] * 3,
        ]  # fmt: skip
        assert np.isnan(labels.points[1, 2]).all()

    def test_landmarks_of_faces_that_are_not_trained_are_not_counted(self, reviewed):
        store, rounds = reviewed()
        seen = np.array([OCCLUDED, OCCLUDED, VISIBLE], np.int8)
        for face in (1, 2):
            store.decisions.decide(
                ANN, [face], Verdict.CORRECTED, points=triangle(), visibility=seen
            )
        assert rounds.launcher.plan().landmarks == LandmarkCounts(occluded=4)
        assert store.decisions.landmarks.count({2}) == LandmarkCounts(occluded=2)
        store.decisions.decide(ANN, [1], Verdict.EXCLUDED)
        assert rounds.launcher.plan().landmarks == LandmarkCounts(occluded=2)
        store.undo.undo(ANN)
        assert rounds.launcher.plan().landmarks == LandmarkCounts(occluded=4)

    def test_a_photo_that_could_never_be_read_trains_nothing(self, reviewed):
        store, rounds = reviewed()
        problem = Message("cut off").to_json()
        change(store, f"UPDATE photo SET problem = '{problem}', width = NULL WHERE id IN (1, 5)")
        run(rounds)
        assert RunFolder(store.rounds.all()[-1].folder).tables.labels().faces.tolist() == [2, 6]

    def test_the_run_folder_says_how_large_each_photo_was(self, reviewed):
        store, rounds = reviewed()
        run(rounds)
        assert RunFolder(store.rounds.all()[-1].folder).tables.sizes() == [(100, 100)] * 6

    def test_a_second_round_goes_on_from_the_first(self, reviewed):
        store, rounds = reviewed()
        run(rounds)
        run(rounds)
        first, second = store.rounds.all()[-2:]
        spec = RunFolder(second.folder).spec()
        assert spec["weights"] == f"../{first.folder.name}/model.safetensors"
        assert (second.number, spec["task"]) == (2, "std")
        assert store.faces.get(5).prediction.model == "round 2"

    def test_a_decision_during_the_round_stays(self, reviewed, fake):
        store, rounds = reviewed()
        fake("slow")
        rounds.launcher.start_training(rounds.launcher.plan())
        until_event(rounds, "progress")
        store.decisions.decide(ANN, [5], Verdict.CORRECTED, points=triangle(4))
        store.drafts.save(ANN, 6, shown(store, 6), triangle(5))
        rounds.follower.stop_early()
        rounds.wait(ignore)
        assert store.faces.get(5).verdict is Verdict.CORRECTED
        np.testing.assert_array_equal(store.faces.get(5).points, triangle(4))
        np.testing.assert_array_equal(store.faces.get(6).points, triangle(5))
        assert store.queue.ids(Filter("offered")) == [3, 6]

    def test_a_backup_is_made_before_its_results_are_taken_in(self, reviewed):
        store, rounds = reviewed()
        run(rounds)
        (backup,) = backups(store.folder)
        assert backup.reason == "round"
        restored = store.folder.parent / "before"
        restored.mkdir()
        restore(restored, backup.file)
        before = open_project(restored)
        assert before.queue.counts().accepted == 2
        assert before.queue.counts().rounds == 0
        before.close()

    def test_only_one_runs_at_a_time(self, reviewed, fake):
        store, rounds = reviewed()
        fake("hang")
        plan = rounds.launcher.plan()
        rounds.launcher.start_training(plan)
        other = Rounds(store)
        for act in (
            lambda: other.launcher.start_training(plan),
            other.launcher.start_predict,
        ):
            with pytest.raises(UserError, match="running in this project already"):
                act()
        rounds.follower.cancel()
        with pytest.raises(Cancelled):
            rounds.wait(ignore)

    def test_a_project_that_moved_goes_on_with_its_rounds(self, reviewed, opened, started):
        store, rounds = reviewed()
        run(rounds)
        store.close()
        moved = store.folder.rename(store.folder.with_name("옮긴 프로젝트"))
        store = open_project(moved)
        opened.append(store)
        started.append(Rounds(store))
        run(started[-1])
        spec = RunFolder(store.rounds.all()[-1].folder).spec()
        weights = store.rounds.all()[-1].folder / spec["weights"]
        assert weights.resolve().is_relative_to(moved.resolve())
        assert weights.is_file()


class TestLeftOut:
    """The photos of faces 1 (a manual label) and 5 (not reviewed) cannot be used any more."""

    @pytest.fixture
    def broken(self, reviewed, fake, tmp_path) -> tuple[Store, Rounds]:
        (tmp_path / "photos").mkdir()
        store, rounds = reviewed()
        fake("unreadable")
        return store, rounds

    def problems(self, store: Store) -> list[tuple[str, str]]:
        return [(file.name, str(reason)) for _id, file, reason in store.photos.problems()]

    def test_a_round_says_how_many_labels_it_really_used(self, broken, tmp_path):
        store, rounds = broken
        note = str(run(rounds).message)
        file = tmp_path / "photos" / "00000.jpg"
        assert "Round 1 trained on 1 of 2 manual labels." in note
        assert f"2 photos could not be used, the first of them: {file} is truncated." in note
        assert "3 faces have a proposal to review." in note
        assert str(rounds.ingest.skipped.reasons()[0]) == f"{file} is truncated"
        summary = store.rounds.all()[-1].summary
        assert (summary["manual_used"], summary["skipped_photos"]) == (1, 2)

    def test_they_are_photo_problems_until_a_round_can_use_them_again(self, broken, fake):
        store, rounds = broken
        run(rounds)
        assert self.problems(store) == [
            ("00000.jpg", "00000.jpg is truncated"), ("00004.jpg", "00004.jpg is truncated"),
        ]  # fmt: skip
        assert store.queue.counts().problems == 2
        assert store.check() == []
        fake("ok")
        assert "Round 2 trained on 2 of 2 manual labels." in str(run(rounds).message)
        assert self.problems(store) == []
        assert rounds.ingest.skipped.photos == ()

    def test_a_failed_round_keeps_them_too(self, broken, fake):
        store, rounds = broken
        fake("unreadable-fail")
        with pytest.raises(UserError, match="It failed on purpose"):
            run(rounds)
        assert len(self.problems(store)) == 2
        assert len(rounds.ingest.skipped.photos) == 2

    def test_a_folder_that_is_not_there_makes_no_photo_problems(self, broken, tmp_path):
        store, rounds = broken
        (tmp_path / "photos").rmdir()
        assert "2 photos could not be used" in str(run(rounds).message)
        assert self.problems(store) == []

    def test_what_could_not_be_predicted_is_said(self, project, fake, started, tmp_path):
        (tmp_path / "photos").mkdir()
        store = project(6, proposed=False, scheme=THREE_LIKE_STARTER)
        rounds = Rounds(store)
        started.append(rounds)
        fake("unreadable")
        rounds.launcher.start_predict()
        note = str(rounds.wait(ignore).message)
        assert "4 of 6 faces got a proposal." in note
        assert f"{tmp_path / 'photos' / '00000.jpg'} is truncated" in note
        assert store.faces.count_unpredicted() == 2
        assert len(self.problems(store)) == 2
        fake("ok")
        rounds.launcher.start_predict()  # asked for again, it tries them again
        assert not rounds.wait(ignore).message
        assert self.problems(store) == []

    def test_an_expected_failure_is_told_without_the_log(self, broken, fake):
        _store, rounds = broken
        fake("fail-expected")
        with pytest.raises(UserError) as caught:
            run(rounds)
        assert str(caught.value) == "It failed on purpose."

    def test_an_unexpected_failure_says_where_the_log_is(self, broken, fake):
        store, rounds = broken
        fake("fail")
        with pytest.raises(UserError) as caught:
            run(rounds)
        log = store.rounds.all()[-1].folder / "worker.log"
        assert str(log) in str(caught.value.remedy)
        assert "a reason in the log" in str(caught.value.remedy)


class TestFailure:
    def failed(self, store: Store, rounds: Rounds, reason: str) -> UserError:
        """Run a round that fails; what it leaves is what was there."""
        before = everything(store)
        with pytest.raises(UserError, match=reason) as caught:
            run(rounds)
        assert everything(store) == before
        row = store.rounds.all()[-1]
        assert row.status is RoundStatus.FAILED
        assert reason in str(row.error)
        assert not rounds.follower.is_running
        assert store.queue.counts().rounds == 0
        assert store.check() == []
        return caught.value

    def test_a_round_that_fails_says_why_with_its_log(self, reviewed, fake):
        fake("fail")
        error = self.failed(*reviewed(), "It failed on purpose.")
        assert "a reason in the log" in str(error.remedy)

    def test_a_worker_that_says_nothing_is_a_failure(self, reviewed, fake):
        fake("silent")
        self.failed(*reviewed(), "stopped unexpectedly")

    def test_a_worker_that_does_not_start_is_a_failure(self, reviewed, monkeypatch):
        store, rounds = reviewed()
        monkeypatch.setattr(liveness, "program", lambda: ["/no/such/program"])
        self.failed(store, rounds, "cannot be started")

    def test_damaged_results_are_a_failure_and_the_next_round_can_start(self, reviewed, fake):
        store, rounds = reviewed()
        fake("damaged")
        with pytest.raises(UserError, match="cannot be read"):
            run(rounds)
        assert store.rounds.all()[-1].status is RoundStatus.FAILED
        assert store.faces.get(5).prediction.model == "starter"
        fake("ok")
        run(rounds)
        assert store.faces.get(5).prediction.model == "round 1"

    def test_a_killed_worker_leaves_everything_as_it_was(self, reviewed, fake):
        store, rounds = reviewed()
        fake("hang")
        before = everything(store)
        rounds.launcher.start_training(rounds.launcher.plan())
        until_event(rounds, "progress")
        rounds.follower.current.worker.process.kill()
        with pytest.raises(UserError, match=r"The worker (was killed|stopped)"):
            rounds.wait(ignore)
        assert everything(store) == before
        assert store.rounds.all()[-1].status is RoundStatus.FAILED
        fake("ok")
        run(rounds)
        assert store.rounds.all()[-1].number == 1

    def test_a_cancelled_round_leaves_everything_as_it_was(self, reviewed, fake):
        store, rounds = reviewed()
        fake("hang")
        before = everything(store)
        rounds.launcher.start_training(rounds.launcher.plan())
        until_event(rounds, "progress")
        rounds.follower.cancel()
        with pytest.raises(Cancelled):
            rounds.wait(ignore)
        assert everything(store) == before
        assert store.rounds.all()[-1].status is RoundStatus.CANCELLED

    @pytest.mark.parametrize("stop", [KeyboardInterrupt, ZeroDivisionError])
    def test_whatever_interrupts_the_waiting_ends_the_worker_too(self, reviewed, fake, stop):
        store, rounds = reviewed()
        fake("hang")

        def interrupt(event: Event) -> None:
            if event.kind == "progress":
                raise stop

        rounds.launcher.start_training(rounds.launcher.plan())
        process = rounds.follower.current.worker.process
        with pytest.raises(Cancelled if stop is KeyboardInterrupt else stop):
            rounds.wait(interrupt)
        assert process.poll() is not None
        assert not rounds.follower.is_running
        assert store.rounds.all()[-1].status is RoundStatus.CANCELLED

    def test_an_interrupt_at_the_very_end_is_a_cancel_too(self, reviewed):
        store, rounds = reviewed()

        def interrupt(event: Event) -> None:
            if event.kind == "finished":
                raise KeyboardInterrupt

        rounds.launcher.start_training(rounds.launcher.plan())
        with pytest.raises(Cancelled):
            rounds.wait(interrupt)
        assert store.rounds.all()[-1].status is RoundStatus.CANCELLED

    def test_the_network_of_the_last_round_that_is_gone_is_said(self, reviewed):
        store, rounds = reviewed()
        run(rounds)
        RunFolder(store.rounds.all()[-1].folder).model.unlink()
        add_faces(store, 1)
        with pytest.raises(UserError, match=r"is not in .* any more"):
            rounds.launcher.start_predict()

    def test_results_that_did_not_fit_on_the_disk_are_taken_in_later(self, reviewed, monkeypatch):
        store, rounds = reviewed()

        def full(*_) -> None:
            raise UserError("The disk is full.")

        monkeypatch.setattr(store.rounds, "add_predictions", full)
        with pytest.raises(UserError, match="The disk is full"):
            run(rounds)
        assert store.rounds.all()[-1].status is RoundStatus.RUNNING
        assert store.faces.get(5).prediction.model == "starter"
        rounds.follower.current.worker.process.wait()
        monkeypatch.delattr(store.rounds, "add_predictions")
        later = Rounds(store)
        assert later.follower.attach()
        assert later.wait(ignore).changes.all
        assert store.faces.get(5).prediction.model == "round 1"


class TestTwoWindows:
    def test_another_window_finds_the_round_and_follows_it(self, reviewed, fake, again):
        store, rounds = reviewed()
        fake("slow")
        rounds.launcher.start_training(rounds.launcher.plan())
        other = Rounds(again(store))
        assert other.follower.attach()
        assert other.follower.kind is RoundKind.TRAIN
        until_event(other, "progress")
        assert other.follower.is_worker_alive
        other.follower.stop_early()
        until_event(other, "finished")

    def test_results_are_taken_in_by_one_and_seen_by_the_other(self, reviewed, again):
        store, rounds = reviewed()
        rounds.launcher.start_training(rounds.launcher.plan())
        other_store = again(store)
        other = Rounds(other_store)
        other.follower.attach()
        for window in (rounds, other):
            until_event(window, "finished")
        assert other_store.rounds.lease(rounds.follower.current.round_id)
        assert rounds.ingest.add_results() is None
        store.rounds.release_lease()  # who has none gives nothing away
        assert not store.rounds.lease(rounds.follower.current.round_id)
        other_store.rounds.release_lease()
        assert store.rounds.lease(rounds.follower.current.round_id)
        store.rounds.release_lease()
        assert rounds.follower.is_running
        assert other.ingest.add_results().changes.all
        assert rounds.ingest.add_results() == WriteResult(Changes(all=True, rounds=True))
        assert not rounds.follower.is_running
        assert rounds.ingest.add_results() is None
        ids = sql(
            store, "SELECT count(*), count(DISTINCT face_id) FROM prediction WHERE round_id=2"
        )
        assert ids == [(3, 3)]

    def test_a_window_that_died_while_taking_in_is_relieved(self, reviewed, again, monkeypatch):
        store, rounds = reviewed()
        rounds.launcher.start_training(rounds.launcher.plan())
        until_event(rounds, "finished")

        def die(done: int, _total: int) -> None:
            raise MemoryError

        with pytest.raises(MemoryError):
            rounds.ingest.add_results(die)
        assert store.faces.get(5).prediction.model == "starter"  # not visible by halves
        other_store = again(store)
        other = Rounds(other_store)
        other.follower.attach()
        until_event(other, "finished")
        assert other.ingest.add_results() is None
        change(store, "UPDATE round SET lease_until = 1")
        assert other.ingest.add_results().changes.all
        assert store.queue.ids(Filter("offered")) == [3, 5, 6]
        assert store.faces.get(5).prediction.model == "round 1"
        assert store.check() == []

    def test_a_round_goes_on_without_its_window_and_is_taken_in_later(
        self, reviewed, again, started
    ):
        store, rounds = reviewed()
        rounds.launcher.start_training(rounds.launcher.plan())
        process = rounds.follower.current.worker.process
        store.close()
        process.wait()
        store = again(store)
        later = Rounds(store)
        assert later.follower.attach()
        assert not later.follower.is_worker_alive
        assert later.wait(ignore).changes.all
        assert store.rounds.all()[-1].status is RoundStatus.READY

    def test_a_worker_killed_while_no_window_was_open_is_found_failed(self, reviewed, fake, again):
        store, rounds = reviewed()
        fake("hang")
        rounds.launcher.start_training(rounds.launcher.plan())
        until_event(rounds, "progress")
        store.close()
        rounds.follower.current.worker.process.kill()
        rounds.follower.current.worker.process.wait()
        store = again(store)
        later = Rounds(store)
        later.follower.attach()
        with pytest.raises(UserError, match="stopped unexpectedly"):
            later.wait(ignore)
        assert store.rounds.all()[-1].status is RoundStatus.FAILED

    def test_a_training_whose_worker_was_killed_is_gone_on_with(self, reviewed, fake):
        store, rounds = reviewed()
        fake("die-once")
        events: list[Event] = []
        rounds.launcher.start_training(rounds.launcher.plan())
        rounds.wait(events.append)
        kinds = [event.kind for event in events]
        assert kinds.count("started") == 2
        assert kinds.count("notice") == 1
        assert store.rounds.all()[-1].status is RoundStatus.READY

    def test_also_when_no_window_was_open(self, reviewed, fake, again, started):
        store, rounds = reviewed()
        fake("die-once")
        rounds.launcher.start_training(rounds.launcher.plan())
        rounds.follower.current.worker.process.wait()
        store.close()
        store = again(store)
        later = Rounds(store)
        started.append(later)
        assert later.follower.attach()
        later.wait(ignore)
        assert store.rounds.all()[-1].status is RoundStatus.READY

    def test_a_worker_that_dies_again_and_again_is_a_failure(self, reviewed, fake):
        store, rounds = reviewed()
        fake("die")
        rounds.launcher.start_training(rounds.launcher.plan())
        folder = rounds.follower.current.folder
        with pytest.raises(UserError, match="was killed"):
            rounds.wait(ignore)
        kinds = [event.kind for event in RunFolder(folder.path).new_events()]
        assert kinds.count("started") == liveness.MAX_WORKERS
        assert store.rounds.all()[-1].status is RoundStatus.FAILED

    @pytest.mark.parametrize("how", ["fail", "silent"])
    def test_a_round_whose_worker_is_gone_is_ended_by_whoever_starts_the_next(
        self, reviewed, fake, again, how
    ):
        store, rounds = reviewed()
        fake(how)
        rounds.launcher.start_training(rounds.launcher.plan())
        until_event(rounds, "failed")  # and whoever heard of it could not write it
        rounds.follower.current.worker.process.wait()
        other = Rounds(again(store))
        if how == "silent":  # nothing was ever written to the folder: it could still be starting
            assert not other.ingest.end_stale()
            other.launcher.plan()
            assert store.rounds.all()[-1].status is RoundStatus.RUNNING
            other.follower.current.worker.last_seen -= liveness.WORKER_START_SECONDS
        assert other.launcher.plan().number == 1
        row = store.rounds.all()[-1]
        assert row.status is RoundStatus.FAILED
        assert ("on purpose" if how == "fail" else "stopped unexpectedly") in str(row.error)
        assert rounds.launcher.plan().number == 1  # also where the end was heard of

    def test_results_that_wait_to_be_taken_in_are_not_given_up(self, reviewed, again):
        store, rounds = reviewed()
        rounds.launcher.start_training(rounds.launcher.plan())
        until_event(rounds, "finished")
        rounds.follower.current.worker.process.wait()
        other = Rounds(again(store))
        other.launcher.plan()
        assert store.rounds.all()[-1].status is RoundStatus.RUNNING
        assert rounds.ingest.add_results().changes.all

    def test_a_round_that_never_began_is_given_up_after_a_while(self, reviewed, monkeypatch):
        store, rounds = reviewed()
        store.rounds.add(RoundKind.TRAIN, "std", "rounds/nowhere", {})
        assert rounds.follower.attach()
        assert rounds.follower.poll() == []
        monkeypatch.setattr(liveness, "WORKER_START_SECONDS", 0.0)
        (event,) = rounds.follower.poll()
        assert event.kind == "failed"
        rounds.ingest.end(event)
        assert not rounds.follower.is_running


def test_the_last_words_of_a_worker_are_heard_though_it_dies_while_one_listens(
    reviewed, monkeypatch
):
    store, rounds = reviewed()
    store.rounds.add(RoundKind.TRAIN, "std", "rounds/x", {})
    worker = RunFolder(store.folder / "rounds" / "x")
    worker.path.mkdir(parents=True)
    lock = worker.hold_lock()
    lock.__enter__()
    worker.report(Event("started"))
    rounds.follower.attach()
    read = rounds.follower.current.folder.new_events

    def read_and_die(max_bytes: int) -> list[Event]:
        events = read(max_bytes)
        worker.report(Event("finished"))
        lock.__exit__(None, None, None)
        monkeypatch.undo()
        return events

    monkeypatch.setattr(rounds.follower.current.folder, "new_events", read_and_die)
    assert [event.kind for event in rounds.follower.poll()] == ["started"]
    assert [event.kind for event in rounds.follower.poll()] == ["finished"]


TAKE_IN = """
import sys
from pathlib import Path
from labeltool.rounds.controller import Rounds
from labeltool.rounds.run_inputs import freeze_faces, freeze_labels
from labeltool.store import open_project
store = open_project(Path(sys.argv[1]))
rounds = Rounds(store)
rounds.follower.attach()
while not any(event.kind == "finished" for event in rounds.follower.poll()):
    pass
left = int(sys.argv[2])

def count(statement):
    global left
    left -= "INTO prediction" in statement
    if left == 0:
        print("stopped", flush=True)
        sys.stdin.read()

store._database._writer.connection.dbapi_connection.set_trace_callback(count)
rounds.ingest.add_results()
print("done", flush=True)
"""
"""Takes results in until just before the prediction of that number is written, and waits there."""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="Windows has no kill -9")
def test_a_window_killed_while_taking_results_in_leaves_nothing_half_done(
    project, fake, started, again
):
    store = project(600, scheme=THREE_LIKE_STARTER)
    store.decisions.decide(ANN, [1], Verdict.ACCEPTED)
    rounds = Rounds(store)
    started.append(rounds)
    rounds.launcher.start_training(rounds.launcher.plan())
    rounds.follower.current.worker.process.wait()

    for number in (1, 201, 599):  # the first one, the second one of a transaction, the last one
        command = [sys.executable, "-c", TAKE_IN, str(store.folder), str(number)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as window:
            assert window.stdout.readline() == b"stopped\n"
            window.kill()
            assert window.stdout.read() == b""
        assert store.check() == []
        assert sql(store, "PRAGMA integrity_check") == [("ok",)]
        assert store.faces.get(600).prediction.model == "starter"
        change(store, "UPDATE round SET lease_until = 1")
    rounds.wait(ignore)
    assert store.faces.get(600).prediction.model == "round 1"
    assert store.queue.counts().proposed == 599
    assert sql(store, "SELECT count(*) FROM prediction WHERE round_id = 2") == [(599,)]


class TestPredict:
    def test_faces_without_a_proposal_get_one_chunk_by_chunk(self, project, fake, started):
        store = project(5, proposed=False, scheme=THREE_LIKE_STARTER)
        rounds = Rounds(store)
        started.append(rounds)
        rounds.launcher.start_predict()
        offered: list[int] = []

        def look(event: Event) -> None:
            offered.append(store.queue.counts().proposed)

        rounds.wait(look)
        assert offered == sorted(offered)
        assert set(offered) >= {0, 2, 4, 5}
        assert store.queue.counts().proposed == 5
        assert store.decisions.models_waiting()[0][1:] == ("starter", 5)
        with pytest.raises(UserError, match="Every face has a proposal"):
            rounds.launcher.start_predict()

    def test_only_new_faces_are_predicted_and_earlier_decisions_stay(self, project, fake, started):
        store = project(2, scheme=THREE_LIKE_STARTER)
        store.decisions.decide(ANN, [1], Verdict.REJECTED)
        add_faces(store, 2)
        rounds = Rounds(store)
        started.append(rounds)
        before = [shown(store, 1), shown(store, 2)]
        rounds.launcher.start_predict()
        assert RunFolder(store.rounds.all()[-1].folder).tables.faces().ids.tolist() == [3, 4]
        rounds.wait(ignore)
        assert [shown(store, 1), shown(store, 2)] == before
        assert not store.faces.get(1).offered

    def test_new_faces_are_predicted_by_the_newest_round(self, reviewed):
        store, rounds = reviewed()
        run(rounds)
        add_faces(store, 1)
        rounds.launcher.start_predict()
        rounds.wait(ignore)
        assert store.faces.get(7).prediction.model == "round 1"
        assert [row[1:] for row in store.decisions.models_waiting()] == [("round 1", 3)]

    def test_proposals_imported_meanwhile_stay_on_top(self, project, fake, started):
        store = project(2, proposed=False, scheme=THREE_LIKE_STARTER)
        rounds = Rounds(store)
        started.append(rounds)
        rounds.launcher.start_predict()

        def import_at_the_end(event: Event) -> None:
            if event.kind == "finished":
                propose(store, [1], 0.3, model="imported", kind=RoundKind.IMPORT)

        rounds.wait(import_at_the_end)
        models = [store.faces.get(face).prediction.model for face in (1, 2)]
        assert models == ["imported", "starter"]

    def test_a_projects_own_starter(self, project, fake, started):
        store = project(1, proposed=False)  # a scheme that the shipped starter does not know
        meta = {"scheme": json.loads(store.scheme.to_json())}
        own = store.folder / "starter.safetensors"
        save_file({"a": np.zeros(1)}, own, {"pipnet": json.dumps(meta)})
        started.append(Rounds(store))
        assert started[-1].launcher.can_predict()
        started[-1].launcher.start_predict()
        started[-1].wait(ignore)
        folder = RunFolder(store.rounds.all()[-1].folder)
        assert folder.path / folder.spec()["weights"] == folder.path / "../../starter.safetensors"

    def test_a_starter_of_another_scheme_is_not_ignored_without_a_word(self, project):
        store = project(1, proposed=False)
        other = Scheme("other", ("left", "right"))
        meta = {"scheme": json.loads(other.to_json())}
        own = store.folder / "starter.safetensors"
        save_file({"a": np.zeros(1)}, own, {"pipnet": json.dumps(meta)})
        rounds = Rounds(store)
        assert not rounds.launcher.can_predict()
        note = str(rounds.launcher.propose_mean_face().message)
        assert note.startswith("1 face got the mean face")
        assert f"{own} is of the scheme 'other', not of this project's scheme 'three'" in note

    def test_a_starter_that_is_none(self, project):
        store = project(1, proposed=False)
        rounds = Rounds(store)
        (store.folder / "starter.safetensors").write_bytes(b"no")
        with pytest.raises(UserError, match=r"starter\.safetensors is not a model file"):
            rounds.launcher.can_predict()

    def test_another_scheme_has_no_starter(self, project):
        rounds = Rounds(project(1, proposed=False))
        assert not rounds.launcher.can_predict()
        with pytest.raises(UserError, match="no trained model for the scheme 'three'"):
            rounds.launcher.start_predict()


class TestRefresh:
    def test_it_goes_on_another_time(self, reviewed):
        store, rounds = reviewed()
        run(rounds)
        first = store.rounds.all()[-1]

        def stop(_done: int, _total: int) -> None:
            raise Cancelled

        change(store, f"UPDATE round SET needs_refresh = 1 WHERE id = {first.id}")
        with pytest.raises(Cancelled):
            store.rounds.refresh_faces(first.id, stop)
        assert store.rounds.to_refresh() == [first.id]
        told: list[tuple[int, int]] = []
        store.rounds.refresh_faces(first.id, lambda *figures: told.append(figures))
        assert store.rounds.to_refresh() == []
        assert told[-1][0] == told[-1][1] > 0


class TestMeanFace:
    def boxes(self, store: Store) -> None:
        change(store, "UPDATE face SET x = 10, y = 20, w = 40, h = 40, kind = 'landmarks'")

    def test_an_ellipse_in_the_box_to_begin_with(self, tmp_path, opened):
        store = make_project(tmp_path / "p", 2, Scheme.numbered("86 points", 86))
        opened.append(store)
        self.boxes(store)
        changes = Rounds(store).launcher.propose_mean_face()
        assert str(changes.message).startswith("2 faces got the mean face")
        points = store.faces.get(1).points
        assert points.shape == (86, 2)
        assert (points >= [10, 20]).all()
        assert (points <= [50, 60]).all()
        assert store.faces.get(1).prediction.model == MEAN_FACE
        assert store.faces.get(1).offered

    def test_cancelled_the_faces_that_have_it_keep_it(self, project, monkeypatch):
        monkeypatch.setattr(mean_face_proposals, "WRITE_BATCH_PREDICTIONS", 2)
        store = project(5, proposed=False)

        def stop(done: int, total: int) -> None:
            assert total == 5
            if done == 4:
                raise Cancelled

        changes = Rounds(store).launcher.propose_mean_face(stop)
        assert str(changes.message).startswith("Cancelled: 4 of 5 faces got the mean face")
        assert [store.faces.get(face).prediction is not None for face in range(1, 6)] == [
            True, True, True, True, False,
        ]  # fmt: skip
        assert store.rounds.all()[-1].status is RoundStatus.READY

    def test_the_mean_of_the_manual_labels_once_there_are_some(self, project):
        store = project(3, proposed=False)
        self.boxes(store)
        for face, shift in ((1, 0.0), (2, 33.0)):
            store.decisions.decide(ANN, [face], Verdict.CORRECTED, points=triangle(shift))
        Rounds(store).launcher.propose_mean_face()
        low, high = triangle().min(0), triangle().max(0)
        expected = (triangle() - low) / (high - low) * [40, 40] + [10, 20]
        np.testing.assert_allclose(store.faces.get(3).points, expected)
        assert verdicts(store)[:2] == [Verdict.CORRECTED] * 2

    def test_they_are_never_pseudo_labels(self, project, fake, started):
        store = project(4, proposed=False)
        rounds = Rounds(store)
        started.append(rounds)
        rounds.launcher.propose_mean_face()
        store.decisions.decide(ANN, [1], Verdict.CORRECTED, points=triangle())
        plan = rounds.launcher.plan()
        assert (plan.manual, plan.pseudo, plan.pseudo_available) == (1, 0, 0)
        run(rounds)
        assert RunFolder(store.rounds.all()[-1].folder).tables.labels().faces.tolist() == [1]
        assert store.faces.get(2).prediction.model == "round 1"
        assert rounds.launcher.plan().pseudo_available == 3

        propose(store, [3], 0.5, model=MEAN_FACE, kind=RoundKind.PREDICT)
        table = freeze_faces(store, store.faces.boxes())[1]
        assert freeze_labels(store, 10, table).faces.tolist() == [1, 2, 4]

    def test_they_are_no_network_to_go_on_from(self, project):
        store = project(1, proposed=False)
        rounds = Rounds(store)
        rounds.launcher.propose_mean_face()
        assert not rounds.launcher.can_predict()


@pytest.mark.slow
def test_a_real_round_on_sample_pictures_in_its_own_process(sample, tmp_path, opened, started):
    """Four photos, one epoch on the CPU: new proposals that lie on the faces."""
    from labeltool.exchange.detection_pool import search
    from labeltool.exchange.label_import import import_labels
    from labeltool.exchange.photo_import import add_photos
    from pipnet.data.scheme import load_scheme

    photos = tmp_path / "사진"
    photos.mkdir()
    for number in range(1, 5):
        shutil.copy(sample / f"portrait-{number:04d}.jpg", photos)
    shutil.copy(sample / "truth.json", tmp_path)
    store = make_project(tmp_path / "p", scheme=load_scheme("300w"))
    opened.append(store)
    add_photos(store, [photos])
    search(store, lambda *_: None, lambda _: None)
    rounds = Rounds(store)
    started.append(rounds)
    rounds.launcher.start_predict()
    rounds.wait(ignore)
    faces = store.queue.counts().faces
    assert store.queue.counts().proposed == faces > 0
    imported = import_labels(store, tmp_path / "truth.json", ANN).imported
    assert imported > 1
    store.undo.undo(ANN)
    store.decisions.decide(ANN, [1], Verdict.ACCEPTED)
    store.decisions.decide(ANN, [2], Verdict.REJECTED)
    before = {face: store.faces.get(face).prediction for face in range(1, faces + 1)}
    assert sum(prediction.score > 0.6 for prediction in before.values()) > 3
    events: list[Event] = []
    plan = rounds.launcher.plan(RoundOptions(epochs=8, device="cpu"))
    assert isinstance(plan, RoundPlan)
    rounds.launcher.start_training(plan)

    def kill_once(event: Event) -> None:
        events.append(event)
        job = rounds.follower.current
        if event.kind == "epoch" and not any(seen.kind == "notice" for seen in events):
            assert job is not None and job.worker.process is not None  # noqa: PT018
            job.worker.process.kill()

    rounds.wait(kill_once)
    assert {"train", "predict"} <= {event.stage for event in events}
    assert any(event.losses for event in events)
    assert [event.kind for event in events].count("notice") == 1, "another worker went on"
    assert store.rounds.all()[-1].status is RoundStatus.READY
    assert store.faces.get(1).prediction.id == before[1].id
    for face in range(2, faces + 1):
        found = store.faces.get(face)
        assert found.offered
        assert found.prediction.model == "round 1"
        moved = np.linalg.norm(found.points - before[face].points, axis=1).mean()
        assert moved > 0
        if before[face].score > 0.6:  # one step changes little of what is certain
            assert moved < 0.1 * np.hypot(*found.box[2:])
    assert store.check() == []
