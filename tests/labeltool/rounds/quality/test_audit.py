"""The audit set: drawing it, its groups, and that nothing of them is ever trained."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest

from labeltool.domain import Cancelled, LedgerRole, RoundKind, UserError, Verdict
from labeltool.rounds.controller import Rounds
from labeltool.rounds.quality import audit_groups
from labeltool.rounds.quality.audit_draw import grow_audit_set
from labeltool.rounds.quality.audit_groups import NEAR_BITS, PhotoGroups, held_out
from labeltool.rounds.run_folder import RunFolder
from labeltool.rounds.run_inputs import freeze_audit, freeze_faces, freeze_labels
from labeltool.rounds.run_tables import FaceTable, LabelTable, RunPhoto
from labeltool.store import Store
from tests.labeltool.rounds.conftest import THREE_LIKE_STARTER
from tests.labeltool.rounds.conftest import train as round_train
from tests.projects import change, propose, sql, triangle, unlike

ANN = "ann"


def add_photos(store: Store, paths: list[str], *, hashes: dict[str, int] | None = None) -> None:
    """Add photos of one face each under one photo folder; `hashes`: fingerprints to give them."""
    root = store.photos.add_root(store.folder.parent / "photos")
    store.photos.add(root, [(path, 100) for path in paths])
    store.photos.save_search_results(
        [
            {
                "photo": photo, "sha256": "0" * 64, "width": 100, "height": 100,
                "fingerprint": (hashes or {}).get(file.name, unlike(photo)),
                "faces": [((5.0, 5.0, 60.0, 60.0), 0.9)],
            }
            for photo, file in store.photos.unsearched()
        ]
    )  # fmt: skip


@pytest.fixture
def videos(project) -> Callable[..., Store]:
    """Make a project of frames: `people` folders with `frames` photos of one face each."""

    def make(people: int, frames: int) -> Store:
        store = project()
        add_photos(
            store,
            [f"person{p}/video_{p}_{f:03d}.jpg" for p in range(people) for f in range(frames)],
        )
        propose(store, range(1, people * frames + 1), model="starter", kind=RoundKind.PREDICT)
        return store

    return make


def drawn(store: Store) -> set[int]:
    return {face.face_id for face in store.audit.get().faces}


def person(store: Store, face: int) -> str:
    return sql(store, f"SELECT path FROM photo WHERE id = {face}")[0][0].partition("/")[0]


def train(store: Store, faces: list[int], role: LedgerRole = LedgerRole.MANUAL) -> None:
    """Say that a round has trained on these faces."""
    round_id = store.rounds.add(RoundKind.TRAIN, "std", "rounds/x", {})
    store.rounds.finish(round_id, {})
    for face in faces:
        change(store, f"INSERT INTO ledger VALUES ({face}, {round_id}, '{role}', NULL)")


def frozen(store: Store, pseudo: int = 1000) -> LabelTable:
    """What a training round would train on now."""
    _photos, table = freeze_faces(store, store.faces.boxes())
    return freeze_labels(store, pseudo, table)


def test_labels_have_the_groups_of_the_faces_to_measure_by(videos: Callable[..., Store]) -> None:
    """An adjustment is measured without the group of a face."""
    store = videos(6, 4)
    store.decisions.decide(ANN, list(range(1, 25)), Verdict.ACCEPTED)
    assert frozen(store).groups is None  # by photo
    grow_audit_set(store, ANN, 2, "(person[0-9])")
    labels = frozen(store)
    people = [person(store, face) for face in labels.faces.tolist()]
    assert labels.groups is not None
    assert 4 <= len(set(people)) < 6
    assert len(set(zip(people, labels.groups.tolist(), strict=True))) == len(set(people))


class TestDraw:
    def test_it_draws_as_many_faces_as_were_asked_for(self, project):
        store = project(60)
        result = grow_audit_set(store, ANN, 20)
        assert len(drawn(store)) == 20
        assert result.changes.faces == drawn(store)
        assert str(result.message) == "20 faces to measure by were drawn."
        assert sql(store, "SELECT DISTINCT rule, reviewer FROM audit") == [("photo", ANN)]

    def test_a_seed_draws_the_same_faces_again(self, project, tmp_path):
        store = project(60)
        grow_audit_set(store, ANN, 5, seed=7)
        first = drawn(store)
        assert sql(store, "SELECT DISTINCT seed FROM audit") == [(7,)]
        change(store, "DELETE FROM audit")
        store.decisions.decide(ANN, [1, 2, 30], Verdict.ACCEPTED)  # changes nothing
        grow_audit_set(store, ANN, 5, seed=7)
        assert drawn(store) == first
        change(store, "DELETE FROM audit")
        grow_audit_set(store, ANN, 5, seed=8)
        assert drawn(store) != first

    def test_every_face_is_as_likely(self, project):
        store = project(10)
        store.decisions.decide(ANN, [1, 2, 3], Verdict.CORRECTED, points=triangle())
        count: Counter[int] = Counter()
        for seed in range(150):
            grow_audit_set(store, ANN, 3, seed=seed)
            count.update(drawn(store))
            change(store, "DELETE FROM audit")
        assert len(count) == 10
        # 45 each are expected; the standard deviation is 6
        assert all(20 < times < 70 for times in count.values()), count

    def test_growing_keeps_the_faces(self, project):
        store = project(60)
        grow_audit_set(store, ANN, 5)
        first = drawn(store)
        grow_audit_set(store, ANN, 12)
        assert first < drawn(store)
        assert len(drawn(store)) == 12
        result = grow_audit_set(store, ANN, 12)
        assert result.message is None
        assert len(drawn(store)) == 12

    def test_the_rule_of_a_project_stays(self, videos):
        store = videos(4, 5)
        grow_audit_set(store, ANN, 2, "folder")
        with pytest.raises(UserError, match="'folder' in this project, not by 'photo'"):
            grow_audit_set(store, ANN, 4, "photo")
        grow_audit_set(store, ANN, 4)
        assert sql(store, "SELECT DISTINCT rule FROM audit") == [("folder",)]

    def test_only_faces_that_can_measure_are_drawn(self, project):
        store = project(12)
        store.decisions.decide(ANN, [1], Verdict.REJECTED)
        store.decisions.decide(ANN, [2], Verdict.EXCLUDED)
        change(store, "UPDATE state SET verdict = 'removed' WHERE face_id = 3")
        train(store, [4, 5])
        train(store, [6], LedgerRole.PSEUDO)
        grow_audit_set(store, ANN, 5)
        assert drawn(store) <= set(range(7, 13))
        with pytest.raises(UserError, match="at most 6"):
            grow_audit_set(store, ANN, 7)
        assert len(drawn(store)) == 5

    def test_a_face_left_out_or_measured_by_earlier_rounds_can_be_drawn(self, project):
        store = project(4)
        train(store, [1], LedgerRole.LEFT_OUT)
        train(store, [2], LedgerRole.AUDIT)
        train(store, [3, 4])
        grow_audit_set(store, ANN, 2)
        assert drawn(store) == {1, 2}

    def test_a_group_that_was_trained_is_not_drawn(self, videos):
        store = videos(4, 5)
        train(store, [1, 6])
        grow_audit_set(store, ANN, 5, "folder")
        assert {person(store, face) for face in drawn(store)} <= {"person2", "person3"}

    def test_a_near_duplicate_of_a_trained_photo_is_not_drawn(self, project):
        store = project()
        near = {f"{n}.jpg": unlike(99) ^ (1 << n) for n in range(5)}
        add_photos(store, [f"{n}.jpg" for n in range(12)], hashes=near)
        train(store, [1])
        grow_audit_set(store, ANN, 7)
        assert drawn(store) == set(range(6, 13))

    def test_a_face_in_training_is_not_drawn(self, project):
        store = project(6)
        folder = RunFolder(store.folder / "rounds" / "running")
        folder.create(
            {"kind": "train"},
            [RunPhoto(1, "x.jpg")],
            FaceTable(np.arange(1), np.zeros(1, int), np.zeros((1, 4)), np.array(["detected"])),
            LabelTable(np.array([1, 2, 3]), np.zeros((3, 3, 2)), np.ones(3, bool)),
        )
        store.rounds.add(RoundKind.TRAIN, "std", "rounds/running", {})
        grow_audit_set(store, ANN, 3)
        assert drawn(store) == {4, 5, 6}

    def test_a_photo_that_cannot_be_read_is_not_drawn(self, project):
        store = project(6)
        change(store, "UPDATE photo SET fingerprint = NULL WHERE id < 4")
        grow_audit_set(store, ANN, 3)
        assert drawn(store) == {4, 5, 6}

    def test_a_face_that_became_useless_is_replaced(self, project):
        store = project(12)
        grow_audit_set(store, ANN, 4)
        gone = min(drawn(store))
        store.decisions.decide(ANN, [gone], Verdict.EXCLUDED)
        grow_audit_set(store, ANN, 4)
        assert len(drawn(store)) == 5
        assert len(store.audit.get().usable) == 4

    def test_two_windows_do_not_both_draw(self, project, again):
        store = project(20)
        other = again(store)
        before = other.audit.get()
        grow_audit_set(store, ANN, 5)
        with pytest.raises(UserError, match="just now"):
            other.audit.add("bob", [1], "photo", 1, beside=before)
        assert len(drawn(store)) == 5

    def test_cancelled_it_draws_nothing(self, project):
        store = project(20)

        def cancel(_done: int, _total: int) -> None:
            raise Cancelled

        with pytest.raises(Cancelled):
            grow_audit_set(store, ANN, 5, progress=cancel)
        assert drawn(store) == set()


class TestLeakFreeSplit:
    def test_one_folder_has_none(self, videos):
        store = videos(1, 30)
        with pytest.raises(UserError, match="no leak-free split") as caught:
            grow_audit_set(store, ANN, 20, "folder")
        assert "smaller groups" in str(caught.value.remedy)
        assert drawn(store) == set()
        grow_audit_set(store, ANN, 20)  # by photo there is one
        assert len(drawn(store)) == 20

    def test_a_project_without_faces_has_none(self, project):
        with pytest.raises(UserError, match="no leak-free split"):
            grow_audit_set(project(), ANN, 20)

    def test_all_faces_cannot_measure(self, project):
        store = project(5)
        with pytest.raises(UserError, match="at most 4"):
            grow_audit_set(store, ANN, 5)
        grow_audit_set(store, ANN, 4)

    def test_few_groups_leave_half_of_the_faces_to_train_on(self, videos):
        store = videos(4, 10)
        for seed in range(10):
            grow_audit_set(store, ANN, 15, "folder", seed=seed)
            assert len(held_out(store)) == 20
            change(store, "DELETE FROM audit")

    def test_copies_of_one_photo_have_none(self, project):
        store = project()
        paths = [f"{n}.jpg" for n in range(8)]
        add_photos(store, paths, hashes=dict.fromkeys(paths, 12345))
        with pytest.raises(UserError, match="no leak-free split"):
            grow_audit_set(store, ANN, 2)


class TestGroups:
    def test_a_photo_holds_out_all_its_faces(self, project):
        store = project(4)
        (second,) = store.faces.add([(1, (50.0, 50.0, 20.0, 20.0), "detected")])
        store.audit.add(ANN, [1], "photo", 1, beside=store.audit.get())
        assert held_out(store) == {1, second}

    def test_a_folder_holds_out_its_photos(self, videos):
        store = videos(3, 4)
        store.audit.add(ANN, [5], "folder", 1, beside=store.audit.get())
        assert held_out(store) == {5, 6, 7, 8}

    @pytest.mark.parametrize("rule", [r"video_(\d+)_", r"video_\d+", r"(?:video_(\d+))|(never)"])
    def test_a_pattern_finds_the_person_in_the_path(self, videos, rule):
        store = videos(3, 4)
        store.audit.add(ANN, [5], rule, 1, beside=store.audit.get())
        assert held_out(store) == {5, 6, 7, 8}

    def test_a_photo_that_does_not_match_is_its_own_group(self, project):
        store = project()
        add_photos(store, ["ann_1.jpg", "ann_2.jpg", "other.jpg", "more.jpg"])
        store.audit.add(ANN, [1, 3], r"^([a-z]+)_", 1, beside=store.audit.get())
        assert held_out(store) == {1, 2, 3}

    def test_names_are_compared_as_they_are_read(self, project):
        store = project()
        add_photos(store, ["한_1.jpg", "\u1112\u1161\u11ab_2.jpg", "b_1.jpg"])
        store.audit.add(ANN, [1], r"(.+)_", 1, beside=store.audit.get())
        assert held_out(store) == {1, 2}

    @pytest.mark.parametrize(
        ("rule", "words"),
        [("(", "is not a regular expression"), ("nobody", "matches no photo of this project")],
    )
    def test_a_bad_pattern_is_refused_with_the_reason(self, videos, rule, words):
        store = videos(2, 2)
        with pytest.raises(UserError, match=words):
            grow_audit_set(store, ANN, 1, rule)
        assert drawn(store) == set()

    def test_near_duplicates_are_held_out_wherever_they_are(self, project):
        store = project()
        base = unlike(99)
        hashes = {
            "near.jpg": base ^ ((1 << NEAR_BITS) - 1),
            "far.jpg": base ^ ((1 << (NEAR_BITS + 1)) - 1),
            "sign.jpg": base ^ -(2**63),
            "base.jpg": base,
        }
        paths = ["a/base.jpg", "b/near.jpg", "c/far.jpg", "d/sign.jpg"]
        add_photos(store, paths, hashes=hashes)
        store.audit.add(ANN, [1], "folder", 1, beside=store.audit.get())
        assert held_out(store) == {1, 2, 4}

    def test_of_many_photos_only_near_ones_are_held_out(self, project):
        store = project(1)
        change(
            store,
            "WITH RECURSIVE n(x) AS (SELECT 2 UNION ALL SELECT x + 1 FROM n WHERE x < 200000) "
            "INSERT INTO photo (id, root_id, path, search, bytes, searched, folder_id, fingerprint)"
            " SELECT x, 1, x || '.jpg', x || '.jpg', 1, 1, 1, random() FROM n",
        )
        change(
            store,
            "UPDATE photo SET fingerprint = ~7 & (SELECT fingerprint FROM photo WHERE id = 9) "
            "WHERE id = 150000",
        )
        members = PhotoGroups(store, "photo").members(np.arange(10))
        assert np.flatnonzero(members).tolist() == [*range(10), 149999]


class TestNothingIsTrained:
    def test_neither_labels_nor_pseudo_labels_of_the_groups(self, videos):
        store = videos(4, 5)
        store.decisions.decide(ANN, [1, 2, 6, 7, 16], Verdict.ACCEPTED)
        store.audit.add(ANN, [1, 11], "folder", 1, beside=store.audit.get())
        table = frozen(store)
        assert table.faces[table.manual].tolist() == [6, 7, 16]
        assert sorted(table.faces[~table.manual]) == [8, 9, 10, 17, 18, 19, 20]

    def test_as_many_pseudo_labels_as_without_an_audit_set(self, videos):
        store = videos(4, 5)
        store.decisions.decide(ANN, [6], Verdict.ACCEPTED)
        store.audit.add(ANN, [1], "folder", 1, beside=store.audit.get())
        table = frozen(store, pseudo=9)
        assert (~table.manual).sum() == 9

    def test_faces_decided_and_photos_imported_later(self, videos):
        store = videos(3, 4)
        store.decisions.decide(ANN, [5], Verdict.ACCEPTED)
        store.audit.add(ANN, [1], r"video_(\d+)_", 1, beside=store.audit.get())
        first = set(frozen(store).faces.tolist())
        assert first == set(range(5, 13))
        add_photos(store, ["later/video_0_100.jpg", "later/video_1_100.jpg"])
        propose(store, [13, 14])
        store.decisions.decide(ANN, [2, 13, 14], Verdict.ACCEPTED)
        assert set(frozen(store).faces.tolist()) == first | {14}

    def test_two_rounds_and_an_import_between_them(self, project, fake, started):
        store = project(scheme=THREE_LIKE_STARTER)
        add_photos(store, [f"video_{p}_{f:03d}.jpg" for p in range(5) for f in range(6)])
        propose(store, range(1, 31), model="starter", kind=RoundKind.PREDICT)
        grow_audit_set(store, ANN, 8, r"video_(\d+)_", seed=1)
        measured = drawn(store)
        people = {(face - 1) // 6 for face in measured}
        store.decisions.decide(ANN, range(1, 31, 2), Verdict.ACCEPTED)
        rounds = Rounds(store)
        started.append(rounds)
        trained = set[int]()
        for number in (1, 2):
            round_train(rounds)
            tables = RunFolder(store.rounds.all()[-1].folder).tables
            trained |= set(tables.labels().faces.tolist())
            assert set(tables.audit().faces.tolist()) == set(store.audit.get().measuring)
            newest = store.faces.newest_id()
            add_photos(store, [f"again/video_{p}_9{number}.jpg" for p in range(5)])
            propose(store, range(newest + 1, newest + 6))
            store.decisions.decide(ANN, [newest + 1, newest + 3], Verdict.ACCEPTED)
            store.decisions.decide(ANN, range(2 * number, 31, 4), Verdict.ACCEPTED)
        paths = dict(sql(store, "SELECT id, path FROM photo"))
        assert trained
        assert not measured & trained
        assert not [face for face in trained if int(paths[face].split("_")[1]) in people]

    def test_a_copy_without_a_fingerprint_is_read_first(self, project, sample):
        store = project()
        root = store.photos.add_root(sample)
        store.photos.add(root, [("portrait-0001.jpg", 1), ("portrait-0002.jpg", 1)])
        store.faces.add([(photo, (5.0, 5.0, 60.0, 60.0), "landmarks") for photo in (1, 2)])
        propose(store, [1, 2])
        store.decisions.decide(ANN, [1, 2], Verdict.ACCEPTED)
        change(store, "UPDATE photo SET width = 10, height = 10, searched = 1")
        add_photos(store, ["copy.jpg"], hashes={"copy.jpg": _hash_of(sample / "portrait-0001.jpg")})
        store.audit.add(ANN, [3], "photo", 1, beside=store.audit.get())
        assert frozen(store).faces.tolist() == [2]

    def test_labels_of_the_groups_alone_cannot_be_trained(self, videos):
        store = videos(2, 3)
        store.decisions.decide(ANN, [1, 2], Verdict.ACCEPTED)
        store.audit.add(ANN, [3], "folder", 1, beside=store.audit.get())
        with pytest.raises(UserError, match="a face to measure by") as caught:
            frozen(store)
        assert "other photos" in str(caught.value.remedy)

    def test_without_an_audit_set_no_photo_is_looked_at(self, project, monkeypatch):
        store = project(3)
        store.decisions.decide(ANN, [1], Verdict.ACCEPTED)
        monkeypatch.setattr(audit_groups, "PhotoGroups", None)
        assert len(frozen(store).faces) == 3


def _hash_of(photo) -> int:
    from labeltool.rounds.quality.fingerprints import fingerprint
    from pipnet.data.images import read_image

    return fingerprint(read_image(photo))


class TestMeasuring:
    def test_judged_faces_measure_and_the_others_wait(self, project):
        store = project(8)
        store.audit.add(ANN, [1, 2, 3, 4, 5], "photo", 1, beside=store.audit.get())
        store.decisions.decide(ANN, [1], Verdict.ACCEPTED)
        store.decisions.decide(ANN, [2], Verdict.CORRECTED, points=triangle(3))
        store.decisions.decide(ANN, [3], Verdict.REJECTED)
        store.decisions.decide(ANN, [4], Verdict.EXCLUDED)
        audit = store.audit.get()
        assert (audit.rule, audit.measuring, audit.waiting) == ("photo", [1, 2], [3, 5])
        _photos, table = freeze_faces(store, store.faces.boxes())
        frozen_audit = freeze_audit(store, table)
        assert frozen_audit.faces.tolist() == [1, 2]
        assert np.array_equal(frozen_audit.points[1], triangle(3))

    def test_faces_that_nobody_judged_measure_nothing(self, project):
        store = project(3)
        _photos, table = freeze_faces(store, store.faces.boxes())
        assert freeze_audit(store, table) is None
        store.audit.add(ANN, [1], "photo", 1, beside=store.audit.get())
        assert freeze_audit(store, table) is None

    def test_a_face_that_was_trained_nevertheless_measures_nothing(self, project):
        store = project(3)
        store.decisions.decide(ANN, [1, 2], Verdict.ACCEPTED)
        store.audit.add(ANN, [1, 2], "photo", 1, beside=store.audit.get())
        train(store, [1])
        assert store.audit.get().measuring == [2]
