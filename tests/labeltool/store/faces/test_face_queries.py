"""The lists of faces under a filter, their indexes, and the tallies that say how many there are."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from labeltool.domain import (
    ORDERS,
    VERDICT_FILTERS,
    Changes,
    Filter,
    Folder,
    RoundKind,
    UserError,
    Verdict,
)
from labeltool.review.queue_index import QueueIndex
from labeltool.store import Store
from tests.projects import add_faces, change, explained, make_project, propose, sql

ANN, BEN = "ann", "ben"
NAMES = ("walk/day 1/a.jpg", "walk/day 1/b.jpg", "walk/day 2/c.jpg", "walk 2/d.jpg", "e.jpg")
KOREAN = ("여름 휴가/바다 😀.jpg", "Ärger/f.JPG")

PARTS = (
    {}, {"flagged": True}, {"error": (0.02, 0.08)}, {"round_id": 2}, {"folder": "1/walk"},
    {"reviewer": ANN}, {"text": "day"}, {"text": "da"},
    {"flagged": True, "error": (0.02, 0.08), "round_id": 2, "folder": "1", "reviewer": ANN,
     "text": "day"},
)  # fmt: skip


@pytest.fixture
def store(tmp_path, opened) -> Store:
    """Faces 1 to 5 under a first root, 6 and 7 under another; face 7 has no proposal."""
    made = make_project(tmp_path / "project")
    opened.append(made)
    for root, names in (("one", NAMES), ("two", KOREAN)):
        made.photos.add(made.photos.add_root(tmp_path / root), [(name, 1) for name in names])
    for photo, _ in made.photos.unsearched():
        made.faces.add([(photo, (5, 5, 60, 60), "hand")])
    propose(made, range(1, 7), [0.9, 0.1, 0.5, 0.7, 0.3, 0.6], kind=RoundKind.PREDICT)
    propose(made, [3, 4], [0.55, 0.75])
    made.decisions.decide(ANN, [4], Verdict.ACCEPTED)
    made.decisions.decide(BEN, [1, 2], Verdict.REJECTED)
    made.decisions.decide(ANN, [2], Verdict.EXCLUDED)
    made.decisions.flag(BEN, [5], True)
    return made


class TestFilters:
    @pytest.mark.parametrize(
        ("wanted", "ids"),
        [
            (Filter(), [5, 4, 1, 2, 3, 7, 6]),
            (Filter(descending=True), [6, 7, 3, 2, 1, 4, 5]),
            (Filter(order="error"), [2, 5, 3, 6, 4, 1, 7]),
            (Filter(order="error", descending=True), [1, 4, 6, 3, 5, 2, 7]),
            (Filter(order="time"), [5, 2, 1, 4, 3, 6, 7]),
            (Filter(order="time", descending=True), [4, 1, 2, 5, 7, 6, 3]),
            (Filter(order="round"), [3, 4, 1, 2, 5, 6, 7]),
            (Filter(order="change"), [3, 4, 1, 2, 5, 6, 7]),
            (Filter(error=(0.04, 0.05)), [3, 6]),
            (Filter(round_id=2), [4, 3]),
            (Filter(round_id=1, order="error"), [2, 5, 6, 1]),
            (Filter(folder="1"), [5, 4, 1, 2, 3]),
            (Filter(folder="1/walk"), [1, 2, 3]),
            (Filter(folder="1/walk/day 1"), [1, 2]),
            (Filter(folder="2"), [7, 6]),
            (Filter(folder="1/wal"), []),
            (Filter(reviewer=ANN), [4, 2]),
            (Filter(reviewer=BEN), [5, 1]),
            (Filter("excluded", reviewer=BEN), []),
            (Filter(text="day 1"), [1, 2]),
            (Filter(text="DAY 1"), [1, 2]),
            (Filter(text="바다"), [6]),
            (Filter(text="휴가/바다 😀"), [6]),
            (Filter(text="\u1107\u1161\u1103\u1161"), [6]),  # the same letters, taken apart
            (Filter(text="ärger"), [7]),
            (Filter(text="a\u0308RG"), [7]),
            (Filter(text="%"), []),
            (Filter(text='"'), []),
            (Filter(text='day" OR "walk'), []),
            (Filter("offered", text=".jpg", order="error", descending=True), [6, 3, 5]),
        ],
    )
    def test_a_filter_gives_its_faces_in_its_order(self, store, wanted, ids):
        assert store.queue.ids(wanted) == ids
        assert store.queue.count(wanted) == len(ids)
        assert store.queue.matching(wanted, [3, 6]) == [i for i in ids if i in (3, 6)]

    def test_an_undone_decision_belongs_to_no_reviewer(self, store):
        store.undo.undo(ANN)
        assert store.queue.ids(Filter(reviewer=BEN)) == [5, 1, 2]
        store.undo.undo(BEN)
        store.undo.undo(BEN)
        assert store.queue.ids(Filter(reviewer=BEN)) == []

    def test_a_filter_round_trips_through_json(self):
        wanted = Filter("offered", True, "바다", "error", True, (0.25, 0.5), 3, "1/walk", ANN)
        assert Filter.from_json(wanted.to_json()) == wanted
        assert Filter.from_json(Filter(faces=(3, 1)).to_json()) == Filter(faces=(3, 1))
        assert Filter.from_json(Filter().to_json()) == Filter()
        assert "바다" in wanted.to_json()

    @pytest.mark.parametrize("order", ["score", "spread"])
    def test_a_filter_by_scores_is_read_as_one_by_expected_errors(self, order):
        written = f'{{"order": "{order}", "score": [0.0, 0.5], "verdict": "offered"}}'
        assert Filter.from_json(written) == Filter("offered", order="error")

    @pytest.mark.parametrize(
        "written",
        [
            '{"colour": "red"}',
            '{"order": "beauty"}',
            '{"verdict": "odd"}',
            "[]",
            '{"score": 1}',
            '{"error": 1}',
            '{"faces": 1}',
            "{",
        ],
    )
    def test_a_filter_of_a_newer_version_is_refused(self, written):
        with pytest.raises(UserError, match="newer version") as caught:
            Filter.from_json(written)
        assert "Update" in str(caught.value.remedy)


class TestFileOrder:
    def test_later_photos_are_sorted_by_their_names(self, project):
        store = project(3)  # 00000.jpg to 00002.jpg
        root = next(iter(store.photos.roots()))
        store.photos.add(root, [("00000b.jpg", 1), ("a/later.jpg", 1)])
        photos = [row[0] for row in store.photos.index()]
        first, second = store.faces.add(
            [(photos[4], (1.0, 1.0, 9.0, 9.0), "hand"), (photos[3], (1.0, 1.0, 9.0, 9.0), "hand")]
        )
        (drawn,) = store.faces.add([(photos[0], (1.0, 1.0, 9.0, 9.0), "hand")])
        wanted = [1, drawn, second, 2, 3, first]
        assert store.queue.ids(Filter()) == wanted
        assert store.queue.ids(Filter(descending=True)) == wanted[::-1]
        assert store.queue.ids(Filter("unreviewed")) == wanted
        faces, waits = store.queue.ids_and_waiting(Filter(text="later"))
        assert (faces, waits.tolist()) == ([first], [True])

    def test_new_faces_go_to_the_end_of_a_list_not_sorted_by_id(self):
        index = QueueIndex([3, 1], np.array([True, False]))
        index.insert([2, 4], sorted_by_id=True)
        assert index.faces == [3, 1, 2, 4]
        assert list(index.pending(-1)) == [3, 2, 4]


class TestIndexes:
    @pytest.mark.parametrize("order", ORDERS)
    @pytest.mark.parametrize("descending", [False, True])
    def test_every_filter_and_order_reads_one_index(self, store, order, descending):
        for verdict, parts in product(VERDICT_FILTERS, PARTS):
            wanted = Filter(verdict, order=order, descending=descending, **parts)
            with explained(store) as plans:
                store.queue.ids(wanted)
            assert not [line for line in plans if "TEMP B-TREE" in line], wanted
            (walk,) = [line for line in plans if line.split()[1] == "state"]
            if order == "file" and verdict in (None, "missing") and not wanted.flagged:
                assert walk == "SCAN state"  # the table lies in this order
            elif order == "file":
                assert "SEARCH state USING" in walk, wanted
            else:
                assert "state USING COVERING INDEX state_by_" in walk, wanted
            whole = ("SCAN photo", "SCAN folder", "SCAN face")
            assert not [line for line in plans if line in whole], wanted

    @pytest.mark.parametrize("order", ORDERS)
    @pytest.mark.parametrize("round_id", [None, 2])
    def test_roles_are_found_by_an_index(self, store, order, round_id):
        wanted = Filter(role="pseudo", role_round=round_id, order=order)
        with explained(store) as plans:
            store.queue.ids(wanted)
            store.queue.count(wanted)
            store.ledger.count(round_id)
            store.ledger.of_face(1)
        assert not [line for line in plans if "TEMP B-TREE" in line]
        assert [line for line in plans if "ledger USING COVERING INDEX ledger_role" in line]
        assert not [line for line in plans if line.startswith("SCAN ledger")]

    @pytest.mark.parametrize("parts", PARTS)
    def test_counts_read_an_index_or_the_counters(self, store, parts):
        with explained(store) as plans:
            store.queue.count(Filter("rejected", **parts))
            store.queue.facets(Filter("rejected", **parts))
        walks = [line for line in plans if line.split()[1] in ("state", "face_counter")]
        assert len(walks) == 2
        assert all(
            "face_counter" in line or "COVERING INDEX state_by_error" in line for line in walks
        )

    def test_overall_counts_scan_no_faces(self, store):
        with explained(store) as plans:
            store.queue.counts()
            store.queue.reviewers()
            store.queue.shown_rounds()
            store.faces.count_unpredicted()
            store.faces.count_pseudo_labels("mean face")
            store.decisions.models_waiting()
        assert plans
        assert not [line for line in plans if line.split()[1] in ("state", "photo", "face")]

    def test_a_few_faces_are_looked_up_by_primary_key(self, store):
        with explained(store) as plans:
            store.queue.waiting([1, 2])
            store.queue.present([1, 2])
            store.queue.matching(Filter("offered", order="error"), [1, 2])
        searches = [line for line in plans if line.split()[1] == "state"]
        assert searches == ["SEARCH state USING INTEGER PRIMARY KEY (rowid=?)"] * 3

    def test_the_undo_state_is_looked_up_by_indexes(self, store):
        with explained(store) as plans:
            store.undo.state(ANN)
        assert plans
        assert not [line for line in plans if line.startswith("SCAN") and "CONSTANT" not in line]

    def test_of_a_few_faces_those_present_and_waiting_are_told(self, store):
        store.decisions.decide(ANN, [1], Verdict.EXCLUDED)
        face, _ = store.boxes.draw(ANN, 1, (0.0, 0.0, 9.0, 9.0))
        store.undo.undo(ANN)
        assert store.queue.present([1, 2, face]) == {1: False, 2: 2 in store.queue.waiting([2])}

    def test_changes_since_the_last_visit_are_found_by_index(self, store):
        store.reviewer_progress.save(ANN, 1, Filter())
        with explained(store) as plans:
            store.reviewer_progress.load(ANN)
            store.reviewer_progress.recent_decisions(ANN)
        tables = ("SCAN operation", "SCAN photo", "SCAN entry", "SCAN state")
        assert not [line for line in plans if line.startswith(tables)]


class TestCounters:
    def test_facets_count_what_each_verdict_would_show(self, store):
        for parts in PARTS:
            wanted = Filter("offered", **parts)
            facets = store.queue.facets(wanted)
            for verdict in VERDICT_FILTERS:
                expected = len(store.queue.ids(replace(wanted, verdict=verdict)))
                assert facets.verdicts[verdict] == expected, (parts, verdict)
            assert facets.flagged == len(store.queue.ids(replace(wanted, flagged=True)))
            assert facets.left == len(store.queue.waiting(store.queue.ids(wanted)))

    def test_folders_count_their_faces_and_the_waiting_ones(self, store):
        assert store.queue.folders() == [
            Folder("1", 1, 1), Folder("1/walk 2", 1, 0), Folder("1/walk/day 1", 2, 0),
            Folder("1/walk/day 2", 1, 1), Folder("2/Ärger", 1, 1), Folder("2/여름 휴가", 1, 1),
        ]  # fmt: skip

    def test_rounds_and_reviewers_count_their_faces(self, store):
        assert store.queue.shown_rounds() == {1: 4, 2: 2}
        assert store.queue.reviewers() == {ANN: 2, BEN: 2}

    def test_counters_stay_right_after_every_operation(self, store):
        for step in (
            lambda: store.undo.undo(BEN),
            lambda: store.undo.redo(BEN),
            lambda: store.decisions.flag(ANN, [1, 2, 3], True),
            lambda: propose(store, range(1, 8), 0.5),
            lambda: store.rounds.finish(1, {}),
            lambda: add_faces(store, 3),
            lambda: store.photos.retry([1]),
            lambda: store.decisions.decide(ANN, range(1, 11), Verdict.REJECTED),
        ):
            step()
            assert store.check() == []

    def test_a_deleted_face_is_not_counted(self, store):
        change(store, "DELETE FROM state WHERE face_id = 6")
        change(store, "DELETE FROM prediction WHERE face_id = 6")
        change(store, "DELETE FROM face WHERE id = 6")
        assert store.queue.counts().faces == 6
        assert Folder("2/여름 휴가", 0, 0) in store.queue.folders()
        assert store.check() == []

    @pytest.mark.parametrize(
        ("damage", "what"),
        [
            ("UPDATE face_counter SET faces = faces + 1", "face_counter"),
            ("UPDATE folder SET todo = 9 WHERE id = 1", "folder"),
            ("UPDATE root SET waiting = 3", "root"),
            ("INSERT INTO photo_name (photo_name) VALUES ('delete-all')", "photo_name"),
        ],
    )
    def test_check_reports_and_repairs_a_wrong_counter(self, store, damage, what):
        before = store.queue.counts()
        change(store, damage)
        assert f"wrong: {what}" in store.check()[0]
        assert "mended" in store.check(repair=True)[0]
        assert store.check() == []
        assert store.queue.counts() == before
        assert store.queue.ids(Filter(text="day 1")) == [1, 2]


class TestSavedFilters:
    def test_filters_are_saved_renamed_and_deleted(self, store, again):
        bad = Filter("rejected", reviewer=BEN, order="error")
        assert store.filters.save("  Ben's  bad ones ", bad).changes.filters
        store.filters.save("all", Filter())
        assert [(f.name, f.filter) for f in again(store).filters.all()] == [
            ("all", Filter()), ("Ben's bad ones", bad),
        ]  # fmt: skip
        first, second = store.filters.all()
        with pytest.raises(UserError, match="already"):
            store.filters.rename(first.id, second.name)
        store.filters.rename(first.id, "모두")
        store.filters.delete(second.id)
        assert [f.name for f in store.filters.all()] == ["모두"]

    def test_saving_under_the_same_name_replaces_the_filter(self, store):
        store.filters.save("mine", Filter("accepted"))
        store.filters.save("mine", Filter("rejected"))
        assert [f.filter for f in store.filters.all()] == [Filter("rejected")]

    @pytest.mark.parametrize("name", ["", "   ", "x" * 61])
    def test_an_invalid_name_is_refused(self, store, name):
        with pytest.raises(UserError):
            store.filters.save(name, Filter())
        assert store.filters.all() == []

    def test_a_filter_of_a_newer_version_is_listed_without_its_content(self, store):
        change(store, """INSERT INTO saved_filter (name, filter) VALUES ('new', '{"sky": 1}')""")
        assert [(f.name, f.filter) for f in store.filters.all()] == [("new", None)]


def test_an_error_filter_matches_the_rounded_error(store):
    change(store, "UPDATE state SET error = 0.0604 WHERE face_id = 1")
    change(store, "UPDATE state SET error = 0.0606 WHERE face_id = 2")
    found = store.queue.ids(Filter(error=(0.06, 0.06)))
    assert 1 in found
    assert 2 not in found
    assert 2 in store.queue.ids(Filter(error=(0.061, 0.07)))


def test_faces_without_an_expected_error_are_last_in_both_directions(store):
    change(store, "UPDATE state SET error = NULL WHERE face_id IN (2, 3)")
    assert store.queue.ids(Filter(order="error")) == [5, 6, 4, 1, 2, 3, 7]
    assert store.queue.ids(Filter(order="error", descending=True)) == [1, 4, 6, 5, 7, 3, 2]
    assert not {2, 3, 7} & set(store.queue.ids(Filter(error=(0.0, 1.0))))


class TestReviewerProgress:
    def test_a_new_reviewer_has_no_progress(self, store):
        assert store.reviewer_progress.load("cho") is None

    def test_progress_comes_with_the_changes_by_others(self, store):
        wanted = Filter("offered", order="error")
        store.reviewer_progress.save(ANN, 3, wanted)
        visit, news = store.reviewer_progress.load(ANN)
        assert (visit.face_id, visit.filter) == (3, wanted)
        assert not news
        store.decisions.decide(ANN, [3], Verdict.ACCEPTED)
        store.decisions.decide(BEN, [6, 7], Verdict.EXCLUDED)
        propose(store, [1, 5], 0.8)
        add_faces(store, 4)
        _, news = store.reviewer_progress.load(ANN)
        assert (news.decided, news.proposed, news.photos) == ({BEN: 2}, {"round 2": 2}, 4)
        store.reviewer_progress.save(ANN, 1, wanted)
        assert not store.reviewer_progress.load(ANN)[1]

    def test_news_count_each_face_once_and_skip_undone_decisions(self, store):
        store.reviewer_progress.save(ANN, 3, Filter())
        store.decisions.decide(BEN, [6, 7], Verdict.EXCLUDED)
        store.undo.undo(BEN)
        assert store.reviewer_progress.load(ANN)[1].decided == {}
        store.decisions.decide(BEN, [6], Verdict.REJECTED)
        store.decisions.decide(BEN, [6], Verdict.EXCLUDED)
        store.decisions.decide(BEN, [7], Verdict.EXCLUDED)
        store.decisions.decide(BEN, [7], Verdict.UNREVIEWED)
        assert store.reviewer_progress.load(ANN)[1].decided == {BEN: 1}

    def test_a_filter_of_a_newer_version_falls_back_to_all_faces(self, store):
        store.reviewer_progress.save(ANN, 3, Filter("offered"))
        change(store, """UPDATE reviewer_progress SET filter = '{"sky": 1}'""")
        assert store.reviewer_progress.load(ANN)[0].filter == Filter()

    def test_recent_decisions_leave_out_large_batches_and_undone_ones(self, store):
        add_faces(store, 300)
        store.decisions.decide("cho", [5], Verdict.EXCLUDED)
        store.decisions.decide("cho", range(8, 300), Verdict.EXCLUDED)
        store.undo.undo("cho")
        assert [count for _, count in store.reviewer_progress.recent_decisions("cho")] == [1]

    def test_recent_decisions_count_a_repeated_decision_once(self, store):
        for face in (5, 6):
            store.decisions.decide("cho", [face], Verdict.EXCLUDED)
            store.undo.undo("cho")
            store.decisions.decide("cho", [face], Verdict.EXCLUDED)
        store.undo.undo("cho")
        store.undo.redo("cho")
        assert len(store.reviewer_progress.recent_decisions("cho")) == 2
        store.decisions.decide("cho", [5], Verdict.UNREVIEWED)
        assert len(store.reviewer_progress.recent_decisions("cho")) == 2


class TestChangeDetector:
    def test_it_names_the_faces_decided_by_others(self, store, again):
        other = again(store)
        watch = store.detect_changes()
        assert watch.changes() == Changes()
        other.decisions.decide(BEN, [5, 6], Verdict.EXCLUDED)
        assert watch.changes() == Changes(faces=frozenset({5, 6}))
        other.drafts.save(BEN, 7, None, None)
        assert watch.changes() == Changes()

    def test_it_reports_rounds_photos_and_filters(self, store, again):
        other = again(store)
        watch = store.detect_changes()
        propose(other, [6], 0.9)
        assert watch.changes() == Changes(all=True, rounds=True)
        other.filters.save("x", Filter())
        assert watch.changes() == Changes(filters=True)
        other.photos.add(other.photos.add_root(Path("/three")), [("a.jpg", 1)])
        assert watch.changes() == Changes(photos=True)


def test_an_interrupted_refresh_is_completed_later(store, monkeypatch):
    round_id = store.rounds.add(RoundKind.TRAIN, "std", "rounds/cut", {})
    store.rounds.set_model(round_id, "cut", "cut")
    from labeltool.store import round_records
    from tests.projects import proposals

    store.rounds.add_predictions(round_id, proposals([1, 3, 5, 6], 0.77))
    monkeypatch.setattr(round_records, "REFRESH_BATCH", 2)
    settled = round_records.refresh_states
    calls = []

    def cut(*arguments):
        calls.append(arguments)
        if len(calls) == 2:
            raise KeyboardInterrupt
        settled(*arguments)

    monkeypatch.setattr(round_records, "refresh_states", cut)
    with pytest.raises(KeyboardInterrupt):
        store.rounds.finish(round_id, {})
    assert store.rounds.to_refresh() == [round_id]
    assert store.queue.ids(Filter(round_id=round_id)) == [1, 3]
    monkeypatch.setattr(round_records, "refresh_states", settled)
    store.rounds.refresh_faces(round_id)
    assert store.rounds.to_refresh() == []
    assert store.queue.ids(Filter(round_id=round_id)) == [5, 1, 3, 6]
    assert store.check() == []
    assert sql(store, "SELECT count(*) FROM prediction WHERE score = 0.77") == [(4,)]
