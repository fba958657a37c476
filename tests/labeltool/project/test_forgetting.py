"""Photos are deleted for good: nothing of them is left in any file of the project."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from labeltool.checks.findings import Check, Finding
from labeltool.domain import Filter, Message, PhotoNames, PhotoPatterns, UserError, Verdict
from labeltool.exchange.photo_import import PAGES_FOLDER
from labeltool.exchange.photos_inside import EXTRACTED_FOLDER
from labeltool.gui.images.thumbnail_file import ThumbnailFile, thumbnail_path
from labeltool.project import forgetting
from labeltool.rounds.controller import Rounds
from labeltool.rounds.run_folder import Event, RunFolder
from labeltool.store import FORGETTING, Store, backups, restore
from labeltool.store import open_project as open_store
from labeltool.store.trust.acceptances import Candidates
from pipnet.data.labelled_faces import LabelledFace
from tests.commands import labeltool
from tests.labeltool.rounds.conftest import (
    ANN,
    THREE_LIKE_STARTER,
    fake,
    light_starter,
    started,
    train,
)
from tests.projects import make_project, propose, sql, triangle, unlike

__all__ = ["fake", "light_starter", "started"]

SECRET = PhotoPatterns(["private/*"])
NAMES = ["private/annabel-königin-1.jpg", "private/annabel-königin-2.jpg"]
OTHERS = [f"work/{number:03d}.jpg" for number in range(4)]
HASHES = ["a1b2" * 16, "c3d4" * 16]
WORDS = ["annabel", "königin", r"k\u00f6nigin", "private", *HASHES]
BOX_NUMBERS = {face: 5 + face / 7 for face in range(1, 7)}


def moved(number: int) -> np.ndarray:
    """Landmarks that nothing else has."""
    return triangle() + number / 7


SECRET_NUMBERS = [*(BOX_NUMBERS[face] for face in (1, 2)), *(moved(n)[0, 0] for n in range(1, 9))]


def nothing() -> None:
    """Thumbnails that are not there."""


def fill(folder: Path) -> Store:
    """A project of six faces, the first two of them secret."""
    store = make_project(folder, scheme=THREE_LIKE_STARTER)
    root = store.photos.add_root(folder.parent / "photos")
    store.photos.add(root, [(name, 100) for name in NAMES + OTHERS])
    hashes = [*HASHES, *(f"{number}" * 64 for number in range(4))]
    store.photos.save_search_results(
        [
            {
                "photo": photo, "sha256": hashes[photo - 1], "width": 100, "height": 100,
                "fingerprint": unlike(photo),
                "faces": [((BOX_NUMBERS[photo], 5.0, 60.0, 60.0), 0.9)],
            }
            for photo, _file in store.photos.unsearched()
        ]
    )  # fmt: skip
    propose(store, range(1, 7))
    return store


def work_on(store: Store, rounds: Rounds, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything that a person and the program can do with the secret faces."""
    decide = store.decisions.decide
    decide(ANN, [1], Verdict.CORRECTED, points=moved(1))
    decide(ANN, [1, 3], Verdict.ACCEPTED)
    store.undo.undo(ANN)
    decide(ANN, [3, 4], Verdict.ACCEPTED)
    label = LabelledFace("x", moved(2), None, None, verdict="corrected")
    store.decisions.take_labels(ANN, [(2, label)], "annabel-königin-2.jpg.pts")
    store.drafts.save(ANN, 1, None, moved(3))
    store.drafts.save(ANN, 1, None, moved(4))
    store.boxes.change(ANN, 2, (moved(5)[0, 0], 6.0, 50.0, 50.0))
    store.filters.save("her", Filter(text="annabel"))
    store.filters.save("flagged", Filter(flagged=True))
    store.reviewer_progress.save(ANN, 1, Filter(text="annabel"))
    monkeypatch.setenv("FAKE_WORKER", "unreadable")  # the photo of face 1, which is a problem now
    train(rounds)
    monkeypatch.setenv("FAKE_WORKER", "fail")
    with pytest.raises(UserError):
        train(rounds)
    run = store.rounds.all()[-1].folder
    (run / "training").mkdir()
    (run / "training" / "pseudo.npz").write_bytes(moved(6).tobytes())
    with (run / "worker.log").open("a", encoding="utf-8") as log:
        log.write(f"cannot read {store.folder.parent / 'photos' / NAMES[0]}: no\n")
    reason = Message("{photo} is truncated", photo=NAMES[0])
    RunFolder(run).report(Event("notice", reason=reason))
    faces = store.trust.findings.of_photos([1, 2, 3])
    doubles = [(1, moved(7), 3), (3, None, 1)]
    found = [Finding(face, Check.DUPLICATE, (), mended, other) for face, mended, other in doubles]
    store.trust.findings.save(faces, found, 1)
    store.trust.findings.ignore(ANN, found[0], on=True)
    store.trust.costs.add(ANN, 1, 3.0, 1, 5.0)
    store.audit.add(ANN, [2], "photo", 1, beside=store.audit.get())
    accept(store)


def accept(store: Store) -> None:
    """Two acceptances, each with a certificate: of a secret face, and of other faces."""
    for faces, number in ([1, 5], 1), ([5, 6], 2):
        columns = (np.array(faces, np.int64),) * 2
        candidates = Candidates(*columns, np.zeros(2, np.int64), ("",))
        session = store.trust.acceptances.start(ANN, "s", "{}", candidates)
        if number == 1:
            store.trust.acceptances.show(session, 1, 2, None, "planted", 0.5, moved(8))
        listed = json.dumps({"photos": HASHES if number == 1 else []})
        store.trust.certificates.add(session, 1, f"{number}" * 64, listed)


def content(file: Path) -> Iterator[bytes]:
    """The bytes of a file, and what is compressed in it."""
    yield file.read_bytes()
    if file.suffix == ".sqlite" and file.read_bytes().startswith(b"SQLite"):
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
            for table in ("certificate", "acceptance"):
                column = "document" if table == "certificate" else "candidates"
                for (packed,) in connection.execute(f"SELECT {column} FROM {table}"):
                    yield zlib.decompress(packed)


def traces(folder: Path) -> set[tuple[str, str]]:
    """Where something of the secret photos is found, and what."""
    wanted = {word: word.encode() for word in WORDS}
    wanted |= {repr(number): np.float64(number).tobytes() for number in SECRET_NUMBERS}
    return {
        (str(file.relative_to(folder)), word)
        for file in folder.rglob("*")
        if file.is_file()
        for part in content(file)
        for word, code in wanted.items()
        if code in part or word.encode() in part
    }


@pytest.fixture
def worked(tmp_path, fake, started, monkeypatch) -> Path:
    """A closed project that holds the secret photos wherever anything can be held."""
    folder = tmp_path / "project"
    store = fill(folder)
    rounds = Rounds(store)
    started.append(rounds)
    with closing(store):
        work_on(store, rounds, monkeypatch)
        store.back_up("work")
        propose(store, range(1, 7))
        store.back_up("work")
    restore(folder, backups(folder)[0].file)
    (folder / "backups" / "00009-2026-01-01T00-00-00-000Z-work.sqlite").write_bytes(b"annabel")
    return folder


def test_the_project_holds_them_everywhere_before(worked):
    found = traces(worked)
    assert {word for _file, word in found} == {*WORDS, *map(repr, SECRET_NUMBERS)}
    kinds = {Path(file).name.split("-")[0].split(".replaced")[0] for file, _word in found}
    assert kinds >= {
        "project.sqlite", "project", "00001", "00002", "00009", "photos.json", "faces.npz",
        "labels.npz", "predictions", "problems.json", "events.jsonl", "worker.log", "pseudo.npz",
    }  # fmt: skip


class TestForget:
    def test_nothing_of_them_is_left_and_everything_else_is(self, worked):
        forgetting.forget(worked, SECRET, nothing)
        assert traces(worked) == set()
        store = forgetting.open_project(worked)
        with closing(store):
            assert store.check() == []
            assert [row[0] for row in store.faces.boxes()] == [3, 4, 5, 6]
            assert [row[0] for row in store.labels.all()] == [3, 4]
            assert [saved.name for saved in store.filters.all()] == ["flagged"]
            assert [one.digest[0] for one in store.trust.certificates.all()] == ["2"]
            assert sql(store, "SELECT path FROM folder") == [("1/work",)]
            assert sql(store, "SELECT face_id FROM finding") == []
            assert sql(store, "SELECT DISTINCT faces FROM face_counter WHERE faces = 0") == []
            for row in store.rounds.all():
                if (row.folder / "faces.npz").exists():
                    tables = RunFolder(row.folder).tables
                    assert set(tables.faces().ids.tolist()) == {3, 4, 5, 6}
                    names = [photo.name for photo in tables.photos()]
                    used = {names[place] for place in tables.faces().photos}
                    assert used == {Path(name).name for name in OTHERS}
        assert len(backups(worked)) == 3  # one of an upgrade or a day may join them
        for backup in backups(worked):
            restore(worked, backup.file)
            store = open_store(worked)
            with closing(store):
                assert [row[0] for row in store.faces.boxes()] == [3, 4, 5, 6]

    def test_undo_goes_on_with_what_is_left(self, worked):
        forgetting.forget(worked, SECRET, nothing)
        store = forgetting.open_project(worked)
        with closing(store):
            said = []
            while store.undo.state(ANN).undo is not None:
                said.append(str(store.undo.undo(ANN).message))
            assert said == ["Undid: accepted 2 faces."]
            assert store.labels.all() == []
            store.undo.redo(ANN)
            assert [row[0] for row in store.labels.all()] == [3, 4]
            assert store.check() == []

    def test_rounds_still_work(self, worked, fake, started):
        forgetting.forget(worked, SECRET, nothing)
        store = forgetting.open_project(worked)
        with closing(store):
            rounds = Rounds(store)
            started.append(rounds)
            fake("ok")
            assert "2 of 2 manual labels" in train(rounds)
            assert store.check() == []

    def test_photos_that_an_import_wrote_go_others_stay(self, tmp_path):
        store = fill(tmp_path / "project")
        with closing(store):
            own = store.folder.absolute() / PAGES_FOLDER
            root = store.photos.add_root(own)
            store.photos.add(root, [("abc/annabel_page_2.png", 3)])
        page, photo = own / "abc" / "annabel_page_2.png", tmp_path / "photos" / NAMES[0]
        for file in page, photo:
            file.parent.mkdir(parents=True)
            file.write_bytes(b"png")
        forgetting.forget(store.folder, PhotoPatterns(["annabel*"]), nothing)
        assert photo.exists()
        assert not page.parent.exists()
        assert {PAGES_FOLDER, EXTRACTED_FOLDER} == set(forgetting.OWN_PHOTO_FOLDERS)

    def test_a_photo_folder_named_after_a_person_goes_with_its_last_photo(
        self, tmp_path, fake, started
    ):
        store = fill(tmp_path / "project")
        root = store.photos.add_root(tmp_path / "daguerre")
        store.photos.add(root, [("1.jpg", 100)])
        started.append(Rounds(store))
        with closing(store):
            store.decisions.decide(ANN, [3], Verdict.ACCEPTED)
            train(started[-1])
        forgetting.forget(store.folder, PhotoPatterns(["*/daguerre/*"]), nothing)
        files = [file for file in store.folder.rglob("*") if file.is_file()]
        assert [file for file in files if b"daguerre" in file.read_bytes()] == []

    def test_not_while_it_is_open(self, worked):
        with closing(open_store(worked)), pytest.raises(UserError, match="has the project open"):
            forgetting.forget(worked, SECRET, nothing)
        assert not (worked / FORGETTING).exists()

    def test_not_while_a_round_is_running(self, worked):
        run = RunFolder(next((worked / "rounds").glob("*/photos.json")).parent)
        with run.hold_lock(), pytest.raises(UserError, match="A round is running"):
            forgetting.forget(worked, SECRET, nothing)
        assert not (worked / FORGETTING).exists()
        assert traces(worked)

    def test_unknown_photos_are_refused(self, worked):
        with pytest.raises(UserError, match="called nobody"):
            forgetting.forget(worked, PhotoPatterns(["nobody"]), nothing)


STEPS = ["forget_in", "_forget_in_copy", "forget_photos"]

KILLED = """
import os, signal, sys
from pathlib import Path
from labeltool.domain import PhotoPatterns
from labeltool.project import forgetting

def die(*_args):
    os.kill(os.getpid(), signal.SIGKILL)

name, when, folder = sys.argv[1:]
done = getattr(forgetting, name)

def step(*args):
    if when == "after":
        done(*args)
    die()

setattr(forgetting, name, step)
forgetting.forget(Path(folder), PhotoPatterns(["private/*"]), lambda: None)
"""


class TestKilled:
    @pytest.mark.skipif(os.name != "posix", reason="signals")
    @pytest.mark.parametrize("step", STEPS)
    @pytest.mark.parametrize("when", ["before", "after"])
    def test_the_next_opening_ends_the_deletion(self, worked, step, when):
        killed = subprocess.run([sys.executable, "-c", KILLED, step, when, worked], check=False)
        assert killed.returncode == -signal.SIGKILL
        assert (worked / FORGETTING).exists()
        with pytest.raises(UserError, match="has not ended"):
            open_store(worked)
        forgetting.open_project(worked).close()
        assert traces(worked) == set()
        assert not (worked / FORGETTING).exists()

    def test_inside_of_a_run_folder(self, worked, monkeypatch):
        """The table that says whose faces are whose goes last."""
        run = next(file.parent for file in (worked / "rounds").glob("*/predictions-00000.npz"))
        monkeypatch.setattr(
            RunFolder, "write_table", lambda *_a, **_k: (_ for _ in ()).throw(OSError(28, "full"))
        )
        with pytest.raises(UserError, match="open the project again"):
            forgetting.forget(worked, SECRET, nothing)
        monkeypatch.undo()
        assert (run / "faces.npz").exists()
        forgetting.open_project(worked).close()
        assert traces(worked) == set()


class TestCommand:
    def test_it_says_what_goes_and_what_stays(self, worked):
        (worked / "notes.txt").write_text("Annabel is number 1", "utf-8")
        out = labeltool("forget", worked, "--photos", "private/*", "--dry-run")
        assert out.returncode == 0, out.stderr
        for said in (
            "2 photos: private/annabel-königin-1.jpg, private/annabel-königin-2.jpg.",
            "2 faces: boxes, 2 labels",
            "1 certificates and 1 acceptances",
            "trained on them, and that cannot be taken out: 2",
            "whether they show them: notes.txt.",
            "The photos themselves",
        ):
            assert said in out.stdout
        assert traces(worked)

    def test_it_asks_and_deletes_thumbnails_too(self, worked, tmp_path, monkeypatch):
        monkeypatch.setenv("LABELTOOL_CACHE", str(tmp_path / "cache"))
        with closing(ThumbnailFile(thumbnail_path())) as file:
            file.put(b"key", b"a face of Annabel")
        monkeypatch.setattr("click.confirm", lambda *_a, **_k: sys.exit("asked"))
        with pytest.raises(SystemExit, match="asked"):
            labeltool("forget", worked, "--photos", "private/*")
        assert traces(worked)
        out = labeltool("forget", worked, "--photos", "private/*", "--yes")
        assert out.returncode == 0, out.stderr
        assert traces(worked) == set()
        assert all(b"Annabel" not in f.read_bytes() for f in (tmp_path / "cache").iterdir())

    def test_without_photos(self, worked):
        assert labeltool("forget", worked).returncode == 2
        (worked / FORGETTING).write_text('["private/*"]', "utf-8")
        assert "Ended" in labeltool("forget", worked).stdout
        assert traces(worked) == set()


class TestPatterns:
    @pytest.mark.parametrize(
        ("pattern", "fits"),
        [
            ("a.jpg", True), ("sub/a.jpg", True), ("/photos/sub/a.jpg", True), ("sub/*", True),
            ("*/sub/*", True), ("?.jpg", True), ("[ab].jpg", True), ("A.jpg", False),
            ("a", False), ("photos", False), ("", False),
        ],
    )  # fmt: skip
    def test_by_name_and_path(self, pattern, fits):
        assert PhotoPatterns([pattern]).fit("/photos", "sub/a.jpg") is fits

    def test_none_fit_nothing(self):
        assert not PhotoPatterns([]).fit("/photos", "a.jpg")

    def test_names_are_taken_out_of_texts(self):
        names = PhotoNames([("/p", "x/é 1.jpg"), ("/p", "x/2.jpg")], ["2.jpg"])
        assert names.removed_from("é 1.jpg, 2.jpg, x/2.jpg and 12.jpg") == "…, 2.jpg, … and 12.jpg"
        assert names.removed_from(json.dumps({"a": "/p/x/é 1.jpg"})) == '{"a": "…"}'
