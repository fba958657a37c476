"""The project file: what is in it, lists and their indexes, and proposals that come and go."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from labeltool import store as store_module
from labeltool.domain import (
    Filter,
    Message,
    NewPrediction,
    RoundKind,
    RoundStatus,
    UserError,
    Verdict,
)
from labeltool.review.desk import Desk
from labeltool.store import FILE, SCHEMA, Store, Threshold, create_project, open_project
from pipnet.data.scheme import Scheme, load_scheme
from tests.projects import (
    add_faces,
    change,
    explained,
    make_project,
    proposals,
    propose,
    scans,
    shown,
    sql,
    triangle,
    verdicts,
)

ANN = "ann"


class TestProject:
    def test_a_new_project_is_one_folder_and_keeps_its_scheme(self, tmp_path):
        folder = tmp_path / "새 프로젝트 😀" / "inner"
        scheme = load_scheme("300w")
        create_project(folder, scheme).close()
        store = open_project(folder)
        assert store.scheme == scheme
        assert sql(store, "SELECT version_num FROM alembic_version") == [(str(SCHEMA),)]
        store.close()
        assert {p.name for p in folder.iterdir()} == {FILE, "project.lock"}

    def test_a_report_describes_the_file_and_its_damage(self, project, monkeypatch):
        store = project(3)
        said = store.about()
        assert (said["Schema"], said["Quick check"]) == (str(SCHEMA), "ok")
        assert said["Journal"] == "wal"
        store._database.checkpoint()
        file = store.folder / FILE
        content = file.read_bytes()
        file.write_bytes(content[:4096] + b"\xa5" * (len(content) - 4096))
        assert "damaged" in store.about()["Quick check"]
        monkeypatch.setattr(store_module, "MAX_CHECK_BYTES", 0)
        assert store.about()["Quick check"] == "not read, for its size"

    def test_a_scheme_of_any_size_is_saved(self, tmp_path):
        store = create_project(tmp_path / "p", Scheme.numbered("many", 300))
        assert store.scheme.count == 300
        store.close()

    def test_a_second_project_in_a_folder_is_refused_and_the_first_is_kept(self, project):
        store = project(2)
        with pytest.raises(UserError, match="already holds a project"):
            create_project(store.folder, store.scheme)
        assert store.queue.counts().faces == 2

    def test_a_failed_creation_leaves_no_files(self, tmp_path, monkeypatch):
        def full(*_):
            raise sqlite3.OperationalError("database or disk is full")

        monkeypatch.setattr("labeltool.store.migrate.insert", full)
        with pytest.raises(UserError, match="full"):
            create_project(tmp_path / "p", Scheme.numbered("x", 3))
        assert not [p for p in (tmp_path / "p").iterdir() if p.name != "project.lock"]
        monkeypatch.undo()
        create_project(tmp_path / "p", Scheme.numbered("x", 3)).close()

    def test_connections_have_the_documented_pragmas(self, project):
        store = project(1)
        connection = store._database._writer
        for pragma, value in (("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1)):
            assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar_one() == value
        connection.rollback()

    def test_the_data_version_changes_with_a_write_of_another_process(self, project, again):
        store = project(1)
        other = again(store)
        watch = other.detect_changes()
        before = watch.data_version()
        assert watch.data_version() == before
        store.decisions.flag(ANN, [1], True)
        assert watch.data_version() != before
        assert other.faces.get(1).flag


class TestLists:
    def reviewed(self, project) -> Store:
        store = project(6, proposed=False)
        propose(store, range(1, 6), [0.9, 0.1, 0.5, 0.7, 0.3])
        store.decisions.decide(ANN, [1], Verdict.ACCEPTED)
        store.decisions.decide(ANN, [2], Verdict.REJECTED)
        store.decisions.decide(ANN, [6], Verdict.EXCLUDED)
        store.decisions.flag(ANN, [3, 6], True)
        store.audit.add(ANN, [2, 3, 5], "photo", 1, beside=store.audit.get())
        return store

    @pytest.mark.parametrize(
        ("wanted", "ids"),
        [
            (Filter(), [1, 2, 3, 4, 5, 6]),
            (Filter("offered"), [3, 4, 5]),
            (Filter("rejected"), [2]),
            (Filter("rejected-new"), []),
            (Filter("excluded"), [6]),
            (Filter("accepted"), [1]),
            (Filter("unreviewed"), [3, 4, 5]),
            (Filter(flagged=True), [3, 6]),
            (Filter("excluded", flagged=True), [6]),
            (Filter(audit=True), [2, 3, 5]),
            (Filter("offered", audit=True, order="error"), [5, 3]),
            (Filter(faces=(5, 2, 99)), [2, 5]),
            (Filter("offered", faces=(2, 3, 4), order="error"), [3, 4]),
            (Filter("offered", order="error"), [5, 3, 4]),
            (Filter(text="0002"), [3]),
            (Filter(text="%"), []),
            (Filter("offered", text=".JPG"), [3, 4, 5]),
        ],
    )
    def test_a_filter_gives_its_faces_in_its_order(self, project, wanted, ids):
        store = self.reviewed(project)
        assert store.queue.ids(wanted) == ids
        assert store.queue.count(wanted) == len(ids)

    def test_counts_are_complete(self, project):
        store = self.reviewed(project)
        counts = store.queue.counts()
        assert (counts.photos, counts.faces, counts.rounds) == (6, 6, 1)
        assert (counts.accepted, counts.rejected, counts.excluded) == (1, 1, 1)
        assert (counts.unreviewed, counts.proposed, counts.flagged) == (3, 3, 2)

    def test_a_query_takes_any_number_of_ids(self, project):
        store = project(3)
        assert set(store.queue.rows(range(50_000))) == {1, 2, 3}
        assert len(store.faces.photo_files([3, 1, 99_999])) == 2

    def test_part_of_a_korean_file_name_is_found(self, project):
        store = project(1)
        root = store.photos.add_root(Path("/elsewhere"))
        store.photos.add(root, [("여름 휴가/바다 😀.jpg", 1)])
        photo = store.photos.unsearched()[0][0]
        (face,) = store.faces.add([(photo, (0, 0, 5, 5), "hand")])
        assert store.queue.ids(Filter(text="바다")) == [face]


class TestIndexes:
    def test_a_threshold_uses_its_index(self, project):
        store = project(3)
        within = Threshold(store.decisions.models_waiting()[0][0], 0.2, 0.9)
        with explained(store) as plans:
            store.decisions.count_where(within)
            store.decisions.ids_where(within)
            store.decisions.decide_where(ANN, Verdict.ACCEPTED, within)
        assert any("INDEX state_threshold (verdict=? AND model_id=? AND score" in p for p in plans)
        assert not scans(plans)

    def test_the_way_to_the_next_face_scans_no_table(self, project):
        store = project(3)
        desk = Desk(store, ANN)
        with explained(store) as plans:
            desk.open(2)
            desk.edits.move(1, 5, 5)
            desk.accept()
            desk.undo_stack.undo()
            desk.undo_stack.redo()
            desk.reject()
            desk.flag()
            store.undo.state(ANN)
            store.decisions.models_waiting()
        assert plans
        assert not scans(plans)

    def test_pruning_scans_no_faces(self, project):
        store = project(3)
        for _ in range(3):
            propose(store, [1, 2, 3])
        with explained(store) as plans:
            assert store.rounds.prune() == 6
        assert any("INDEX state_prediction" in line for line in plans)
        assert not [line for line in plans if line.startswith(("SCAN state", "SCAN entry"))]

    def test_saving_a_batch_reads_only_its_own_faces(self, project):
        store = project(3)
        round_id = store.rounds.add(RoundKind.PREDICT, "", "rounds/x", {})
        with explained(store) as plans:
            store.rounds.offer(round_id, proposals([2], 0.9))
        assert not scans(plans)


class TestPrune:
    def test_the_proposal_on_a_screen_survives_the_next_round(self, project):
        store = project(1, proposed=False)
        propose(store, [1], 0.5, kind=RoundKind.PREDICT)
        desk = Desk(store, ANN)
        on_screen = desk.face.prediction.id
        propose(store, [1], 0.9)
        assert store.rounds.prune() == 0
        desk.accept()
        assert store.faces.get(1).prediction.id == on_screen

    def test_predictions_of_the_newest_two_trainings_are_kept(self, project):
        store = project(2, proposed=False)
        rounds = [propose(store, [1, 2], 0.5) for _ in range(4)]
        assert store.rounds.prune() == 4
        assert store.rounds.prune() == 0
        left = sql(store, "SELECT DISTINCT round_id FROM prediction ORDER BY round_id")
        assert left == [(rounds[2],), (rounds[3],)]

    def test_pruning_works_in_small_batches(self, project):
        store = project(5, proposed=False)
        for _ in range(3):
            propose(store, range(1, 6), 0.5)
        assert [store.rounds.prune(2) for _ in range(4)] == [2, 2, 1, 0]

    def test_judged_shown_and_drafted_proposals_are_kept(self, project):
        store = project(5)
        first = [shown(store, face) for face in range(1, 6)]
        store.decisions.decide(ANN, [1], Verdict.ACCEPTED)
        store.decisions.decide(ANN, [2], Verdict.REJECTED)
        store.decisions.decide(ANN, [2], Verdict.UNREVIEWED)
        store.drafts.save(ANN, 3, first[2], triangle(0.5))
        for _ in range(3):
            propose(store, [1, 2, 3, 4], 0.9)
        store.rounds.prune()
        left = {row[0] for row in sql(store, "SELECT id FROM prediction")}
        assert {first[0], first[1], first[2], first[4]} <= left
        assert first[3] not in left
        np.testing.assert_array_equal(store.faces.get(3).points, triangle(0.5))
        store.undo.undo(ANN, moves=False)
        store.undo.undo(ANN, moves=False)
        assert verdicts(store)[:3] == [Verdict.ACCEPTED, Verdict.UNREVIEWED, Verdict.UNREVIEWED]
        assert store.check() == []

    def test_imported_proposals_are_kept(self, project):
        store = project(1, proposed=False)
        came = propose(store, [1], 0.4, kind=RoundKind.IMPORT)
        for _ in range(3):
            propose(store, [1], 0.9)
        store.rounds.prune()
        store.rounds.finish(came, {})
        assert store.faces.get(1).prediction.score == pytest.approx(0.4)


class TestRoundRows:
    def test_an_earlier_round_can_be_made_current_again(self, project):
        store = project(2, proposed=False)
        first = propose(store, [1, 2], 0.4)
        propose(store, [1, 2], 0.9)
        store.decisions.decide(ANN, [2], Verdict.ACCEPTED)
        store.rounds.finish(first, {})
        assert store.faces.get(1).prediction.round_id == first
        assert store.faces.get(2).prediction.score == pytest.approx(0.9)
        assert store.rounds.current().id == first

    def test_only_ready_trainings_are_counted_and_numbered(self, project):
        store = project(1, proposed=False)
        propose(store, [1], kind=RoundKind.PREDICT)
        failed = store.rounds.add(RoundKind.TRAIN, "cls3", "rounds/a", {})
        store.rounds.end(failed, RoundStatus.FAILED, Message("why"))
        done = propose(store, [1])
        rows = {row.id: row for row in store.rounds.all()}
        assert (rows[failed].number, rows[done].number) == (1, 1)
        assert (rows[failed].error, rows[failed].status) == (Message("why"), RoundStatus.FAILED)
        assert rows[done].folder.parent == store.folder / "rounds"
        assert store.queue.counts().rounds == 1

    def test_a_ready_round_cannot_fail(self, project):
        store = project(1, proposed=False)
        done = propose(store, [1])
        store.rounds.end(done, RoundStatus.FAILED, Message("late"))
        assert store.rounds.all()[0].status is RoundStatus.READY

    def test_one_process_at_a_time_has_the_lease(self, project, again):
        store = project(1)
        other = again(store)
        round_id = store.rounds.add(RoundKind.TRAIN, "std", "rounds/x", {})
        assert store.rounds.lease(round_id)
        assert store.rounds.lease(round_id)
        assert not other.rounds.lease(round_id)
        change(store, f"UPDATE round SET lease_until = 1 WHERE id = {round_id}")
        assert other.rounds.lease(round_id)
        assert not store.rounds.lease(round_id)

    def test_the_same_weights_are_one_model(self, project):
        store = project(2, proposed=False)
        propose(store, [1], 0.5, model="starter", kind=RoundKind.PREDICT)
        propose(store, [2], 0.6, model="starter", kind=RoundKind.PREDICT)
        assert [row[1:] for row in store.decisions.models_waiting()] == [("starter", 2)]

    def test_saving_results_twice_adds_them_once(self, project):
        store = project(2)
        round_id = store.rounds.add(RoundKind.TRAIN, "std", "rounds/x", {})
        for score in (0.7, 0.8):
            store.rounds.add_predictions(round_id, proposals([1, 2], score))
            store.rounds.finish(round_id, {"score": score})
        rows = sql(store, f"SELECT score FROM prediction WHERE round_id = {round_id}")
        assert rows == [(0.7,), (0.7,)]
        assert store.rounds.all()[-1].summary == {"score": 0.8}


class TestPhotoRoots:
    def test_a_moved_photo_folder_can_be_set(self, project, tmp_path):
        store = project(2)
        (root_id,) = store.photos.roots()
        moved = tmp_path / "moved"
        moved.mkdir()
        (moved / "00001.jpg").touch()
        changes = store.photos.move_root(root_id, moved).changes
        assert changes.all
        assert store.faces.get(2).photo == moved / "00001.jpg"

    def test_a_folder_without_the_photos_is_refused(self, project, tmp_path):
        store = project(2)
        before = store.photos.roots()
        with pytest.raises(UserError, match=r"None of the photos .*00000\.jpg"):
            store.photos.move_root(1, tmp_path)
        assert store.photos.roots() == before

    def test_a_folder_that_the_project_has_already_is_refused(self, project, tmp_path):
        store = project(1)
        other = store.photos.add_root(tmp_path)
        with pytest.raises(UserError, match="already a photo folder"):
            store.photos.move_root(other, tmp_path / "photos")


def test_an_added_face_waits_without_a_proposal(project):
    store = project(1)
    (face,) = store.faces.add([(1, (1.0, 2.0, 3.0, 4.0), "hand")])
    found = store.faces.get(face)
    assert (found.box, found.box_kind, found.points) == ((1, 2, 3, 4), "hand", None)
    assert verdicts(store)[-1] is Verdict.UNREVIEWED
    assert store.faces.count_unpredicted() == 1


def test_detection_results_and_problems_are_saved(tmp_path):
    store = make_project(tmp_path / "p")
    root = store.photos.add_root(tmp_path)
    store.photos.add(root, [("a.jpg", 3), ("b.jpg", 3)])
    rows = [
        {"photo": 1, "problem": Message("a.jpg is empty")},
        {"photo": 2, "sha256": "f" * 64, "width": 4, "height": 3, "faces": []},
    ]
    store.photos.save_search_results(rows)
    assert store.photos.problems() == [(1, tmp_path / "a.jpg", Message("a.jpg is empty"))]
    assert store.photos.without_face() == [(2, tmp_path / "b.jpg")]
    assert store.photos.unsearched() == []
    store.photos.retry([1])
    assert store.photos.unsearched() == [(1, tmp_path / "a.jpg")]
    add_faces(store, 1)
    store.close()


def test_the_state_has_the_distance_of_a_new_proposal(project: Callable[..., Store]) -> None:
    store = project(2)
    shown_before = store.faces.get(1)
    assert shown_before is not None
    assert shown_before.prediction is not None
    points = shown_before.prediction.points
    size = np.sqrt((points.max(0) - points.min(0)).prod())
    new = store.rounds.add(RoundKind.TRAIN, "cls3", "rounds/new", {})
    store.rounds.set_model(new, "round 1", "other")
    moved = points + np.array([3.0, 4.0])
    store.rounds.add_predictions(
        new, [NewPrediction(1, moved, np.ones(len(moved), np.float32), 1.0, 0.0)]
    )
    store.rounds.finish(new, {})
    rows = sql(store, "SELECT face_id, change FROM state WHERE change IS NOT NULL")
    assert [tuple(row) for row in rows] == [(1, pytest.approx(5.0 / size))]
    assert store.check() == []
