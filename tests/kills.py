"""Processes that are killed at random moments, and what must hold in their project afterwards.

A scenario makes a project and runs child processes that work on it, one after another. They are
forked by a program that has imported all they need (`python -m tests.kills NAME FOLDER`). A child
prints one line of JSON for each call that returned. After the kill, the scenario compares the
project with these lines.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from abc import ABC, abstractmethod
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from labeltool.domain import Filter, Message, RoundKind, Verdict
from labeltool.exchange import label_import
from labeltool.exchange.formats import coco
from labeltool.rounds.controller import Rounds
from labeltool.rounds.run_folder import RunFolder
from labeltool.rounds.run_inputs import freeze_faces
from labeltool.store import (
    BACKUP_FOLDER,
    FILE,
    Store,
    backups,
    migrate,
    open_project,
    read_contents,
)
from labeltool.store.database import project_file
from labeltool.store.recovery.backups import check_file
from pipnet.data.labelled_faces import LabelledFace
from tests.projects import (
    THREE,
    change,
    make_project,
    next_migration,
    propose,
    sql,
    triangle,
    verdicts,
)

ROOT = Path(__file__).parents[1]
Said = list[list[Any]]

ENDED = "ended"
"""The first word of the line that follows those of a child."""


def say(*what: object) -> None:
    sys.stdout.write(json.dumps(what) + "\n")  # at once: a kill leaves no part of a line
    sys.stdout.flush()


def fork_children(kind: type[Scenario], folder: Path) -> None:
    """Start a child for each line of the input, and say how it ended."""
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            try:
                say("started", os.getpid())
                kind.work(folder)
            finally:
                os._exit(1)  # it was not killed
        _, status = os.waitpid(child, 0)
        say(ENDED, os.waitstatus_to_exitcode(status))


def wait_for_kill() -> None:
    while True:
        signal.pause()


class Scenario(ABC):
    """One kind of work that is killed.

    `span`: the kill comes within so many seconds. `hit`: how often it came in which part of the
    work. `said`: how many acknowledged calls were found again.
    """

    span = 0.35

    def __init__(self, place: Path) -> None:
        self.folder = place / type(self).__name__
        self.hit: Counter[str] = Counter()
        self.said = 0
        self._forker: subprocess.Popen[bytes] | None = None

    def close(self) -> None:
        """End the program that forks the children, and the last of them if it lives."""
        if self._forker is not None:
            os.killpg(self._forker.pid, signal.SIGKILL)
            self._forker.communicate()

    @staticmethod
    @abstractmethod
    def work(folder: Path) -> None:
        """In the child: print "open" once, then a line for each call that returned."""

    @abstractmethod
    def check(self, said: Said) -> None:
        """In the parent: raise AssertionError if a write was lost or is incomplete."""

    def open(self) -> Store:
        store = open_project(self.folder)
        assert sql(store, "PRAGMA integrity_check") == [("ok",)]
        for round_id in store.rounds.to_refresh():  # as the next window does
            store.rounds.refresh_faces(round_id)
        assert store.check() == []
        return store

    def kill(self, seed: int, *, acknowledged: bool = False) -> None:
        """Let the child work for a random time, kill it, and check the project.

        `acknowledged`: kill it only after a call has returned. The time that took shows how slow
        the machine is, and limits how long the child may work the next time.
        """
        if self._forker is None:
            self._forker = self._started()
        asked, printed = self._forker.stdin, self._forker.stdout
        assert asked is not None
        assert printed is not None
        asked.write(b"\n")
        asked.flush()
        _, child = json.loads(printed.readline())
        assert printed.readline() == b'["open"]\n'
        said: Said = []
        began = time.monotonic()
        if acknowledged:
            said.append(json.loads(printed.readline()))
            self.span = max(self.span, 1.2 * (time.monotonic() - began))
        seconds = random.Random(seed).uniform(0.0, self.span)
        timer = threading.Timer(seconds, os.kill, (child, signal.SIGKILL))
        timer.start()
        while (row := json.loads(printed.readline()))[0] != ENDED:
            said.append(row)
        timer.cancel()
        timer.join()
        assert row == [ENDED, -signal.SIGKILL]
        self.said += len(said)
        self.check(said)

    def _started(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tests.kills", type(self).__name__, str(self.folder)]
        paths = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
        environment = {"QT_QPA_PLATFORM": "offscreen"} | os.environ | {"PYTHONPATH": paths}
        return subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment,
            start_new_session=True,
        )  # fmt: skip


class Review(Scenario):
    """Single faces are accepted, with batches of 10,000 in between."""

    SINGLES = 400
    BATCH = 10_000

    def __init__(self, place: Path) -> None:
        super().__init__(place)
        store = make_project(self.folder, self.SINGLES + self.BATCH)
        propose(store, range(1, self.SINGLES + 1))
        store.close()
        self.accepted: set[int] = set()
        self.batch = "unreviewed"
        self.kills = 0

    @staticmethod
    def work(folder: Path) -> None:
        store = open_project(folder)
        now = verdicts(store)
        waiting = (f for f in range(1, Review.SINGLES + 1) if now[f - 1] is Verdict.UNREVIEWED)
        faces = range(Review.SINGLES + 1, Review.SINGLES + Review.BATCH + 1)
        both = [Verdict.EXCLUDED, Verdict.REJECTED]
        if now[Review.SINGLES] is Verdict.EXCLUDED:
            both.reverse()
        say("open")
        for verdict in itertools.cycle(both):
            for face in itertools.islice(waiting, 8):
                store.decisions.decide("ann", [face], Verdict.ACCEPTED)
                say("face", face)
            say("begin", verdict)
            store.decisions.decide("ann", faces, verdict)
            say("batch", verdict)

    def check(self, said: Said) -> None:
        self.accepted |= {row[1] for row in said if row[0] == "face"}
        begun = [row[1] for row in said if row[0] == "begin"]
        acknowledged = [self.batch, *(row[1] for row in said if row[0] == "batch")]
        store = self.open()
        now = verdicts(store)
        store.close()
        self.kills += 1
        assert all(now[face - 1] is Verdict.ACCEPTED for face in self.accepted)
        (self.batch,) = set(now[self.SINGLES :])
        assert self.batch in (acknowledged[-1], begun[-1] if begun else None)
        assert now[: self.SINGLES].count(Verdict.ACCEPTED) <= len(self.accepted) + self.kills
        self.hit["in a batch" if len(begun) == len(acknowledged) else "elsewhere"] += 1


class Draft(Scenario):
    """A point of a face is moved again and again."""

    span = 0.2

    def __init__(self, place: Path) -> None:
        super().__init__(place)
        store = make_project(self.folder, 3)
        propose(store, [1, 2, 3])
        store.close()
        self.last = 0

    @staticmethod
    def work(folder: Path) -> None:
        store = open_project(folder)
        face = store.faces.get(2)
        assert face is not None
        assert face.prediction is not None
        first = 1 if face.draft is None else int(face.draft[0, 0]) + 1
        say("open")
        for step in itertools.count(first):
            store.drafts.save("ann", 2, face.prediction.id, np.full((3, 2), float(step)))
            say("moved", step)

    def check(self, said: Said) -> None:
        self.last = max([self.last, *(row[1] for row in said)])
        store = self.open()
        face = store.faces.get(2)
        store.close()
        assert face is not None
        found = 0 if face.draft is None else face.draft[0, 0]
        assert found in (self.last, self.last + 1)
        assert face.draft is None or (face.draft == found).all()
        assert face.verdict is Verdict.UNREVIEWED
        self.last = int(found)
        self.step_back_and_forth()
        self.hit["between moves"] += 1

    def step_back_and_forth(self) -> None:
        """Each saved move is one step of undo."""
        store = self.open()
        for act, shift in ((store.undo.undo, -1), (store.undo.redo, 0)):
            act("ann")
            face = store.faces.get(2)
            assert face is not None
            found = 0 if face.draft is None else int(face.draft[0, 0])
            assert found == max(0, self.last + shift)
        store.close()


class UndoImport(Scenario):
    """Labels of a file, which add faces, are imported, undone and redone."""

    FACES = 150
    span = 1.0

    def __init__(self, place: Path) -> None:
        super().__init__(place)
        make_project(self.folder, self.FACES).close()
        self.file = self.folder.parent / "labels.json"
        rows = [LabelledFace(f"{number:05d}.jpg", triangle(60.0)) for number in range(self.FACES)]
        sizes = {row.photo: (100, 100) for row in rows}
        coco.write(self.file, rows, THREE.names, (), None, sizes)

    @staticmethod
    def work(folder: Path) -> None:
        store = open_project(folder)
        say("open")
        while True:
            label_import.import_labels(store, folder.parent / "labels.json", "ann")
            for _ in range(2):
                say("done", store.queue.counts().faces)
                store.undo.undo("ann")
                say("undone", store.queue.counts().faces)
                store.undo.redo("ann")
            store.undo.undo("ann")

    def check(self, said: Said) -> None:
        assert {row[1] for row in said if row[0] == "done"} <= {2 * self.FACES}
        assert {row[1] for row in said if row[0] == "undone"} <= {self.FACES}
        store = self.open()
        counts, labelled = store.queue.counts(), len(store.labels.all())
        there = counts.faces - self.FACES
        assert there in (0, self.FACES)
        assert labelled == there == counts.corrected
        assert len(store.faces.boxes(with_removed=True)) in (self.FACES, 2 * self.FACES)
        if there:
            store.undo.undo("ann")
            assert store.queue.counts().faces == self.FACES
        store.close()
        self.hit["with its faces" if there else "without"] += 1


class RollBack(Scenario):
    """An earlier round is rolled back to, undone and redone."""

    FACES = 400
    span = 1.0

    def __init__(self, place: Path) -> None:
        super().__init__(place)
        store = make_project(self.folder, self.FACES)
        faces = range(1, self.FACES + 1)
        self.rounds = [propose(store, faces, model=name) for name in ("first", "second")]
        store.decisions.decide("ann", range(1, 101), Verdict.ACCEPTED)
        store.close()

    @staticmethod
    def work(folder: Path) -> None:
        store = open_project(folder)
        say("open")
        first = store.rounds.all()[0]
        while True:
            if store.rounds.current().id != first.id:
                store.rollbacks.roll_back("ann", [first.id], Message("first"))
            say("rolled back", store.rounds.current().model)
            store.undo.undo("ann")
            say("undone", store.rounds.current().model)
            store.undo.redo("ann")
            store.undo.undo("ann")

    def check(self, said: Said) -> None:
        assert {row[1] for row in said if row[0] == "rolled back"} <= {"first"}
        assert {row[1] for row in said if row[0] == "undone"} <= {"second"}
        store = self.open()
        current = store.rounds.current().model
        shown = {store.faces.get(face).prediction.model for face in range(101, self.FACES + 1)}
        assert shown == {current}
        decided = {store.faces.get(face).prediction.model for face in range(1, 101)}
        assert decided == {"second"}
        assert store.queue.counts().accepted == 100
        store.close()
        self.hit[f"with the {current}"] += 1


class TakeIn(Scenario):
    """The results of a training round are added."""

    FACES = 1200
    span = 1.2

    def __init__(self, place: Path) -> None:
        super().__init__(place)
        store = make_project(self.folder, self.FACES)
        propose(store, range(1, self.FACES + 1), model="starter", kind=RoundKind.PREDICT)
        store.decisions.decide("ann", range(1, 101), Verdict.ACCEPTED)
        self._finish_a_round(store)
        store.close()

    def _finish_a_round(self, store: Store) -> None:
        """A round whose worker has finished and whose results were not added yet."""
        number = len(store.rounds.all())
        relative = f"rounds/{number}"
        folder = RunFolder(self.folder / relative)
        folder.create({}, *freeze_faces(store, store.faces.boxes()))
        ids = np.arange(1, self.FACES + 1)
        chunks = []
        for begin in range(0, self.FACES, 300):
            faces = ids[begin : begin + 300]
            chunks.append(f"predictions-{begin}.npz")
            folder.write_predictions(
                chunks[-1], faces=faces, points=np.stack([triangle(number)] * len(faces)),
                scores=np.ones((len(faces), 3), np.float32), score=np.ones(len(faces)),
                spread=np.zeros(len(faces)),
            )  # fmt: skip
        folder.write_results({"chunks": chunks, "digest": f"digest {number}"})
        self.round = store.rounds.add(RoundKind.TRAIN, "cls3", relative, {"manual": 0})

    @staticmethod
    def work(folder: Path) -> None:
        store = open_project(folder)
        rounds = Rounds(store)
        assert rounds.follower.attach()
        say("open")
        assert rounds.ingest.add_results() is not None
        say("taken")
        wait_for_kill()

    def check(self, said: Said) -> None:
        store = self.open()
        query = "SELECT count(*) FROM state JOIN prediction p ON p.id = prediction_id "
        shown = sql(store, f"{query} WHERE p.round_id = {self.round}")[0][0]
        there = sql(store, f"SELECT count(*) FROM prediction WHERE round_id = {self.round}")[0][0]
        assert shown in (0, self.FACES - 100), "half of a round is offered"
        assert shown or not said
        assert verdicts(store)[:100] == [Verdict.ACCEPTED] * 100
        assert store.queue.counts().unreviewed == self.FACES - 100
        self.hit["done" if shown else "half-way" if there else "before"] += 1
        # the lease of the killed process expires
        change(store, "UPDATE round SET lease_until = 1")
        if shown:
            change(store, "UPDATE round SET status = 'ready'")
            self._finish_a_round(store)
        store.close()


class Migration(Scenario):
    """A project of an older schema is opened by a program that has one more migration."""

    span = 0.8

    NEXT = """
def upgrade():
    for table in ("face", "entry", "state"):
        with op.batch_alter_table(table) as changed:
            changed.add_column(sa.Column("note", sa.String(), server_default="new"))
"""

    def __init__(self, place: Path) -> None:
        super().__init__(place)
        store = make_project(self.folder, 6000)
        propose(store, range(1, 6001))
        store.decisions.decide("ann", range(1, 5001), Verdict.ACCEPTED)
        store.close()
        self.before = shutil.copy(self.folder / FILE, place / "before.sqlite")
        self.rows = self._rows()

    def _rows(self) -> list[Any]:
        connection = sqlite3.connect(self.folder / FILE)
        try:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
            query = "SELECT face_id, operation_id, verdict, flag, prediction_id FROM entry"
            return connection.execute(query).fetchall()
        finally:
            connection.close()

    @staticmethod
    def work(folder: Path) -> None:
        program = folder.parent / "program"
        shutil.rmtree(program, ignore_errors=True)
        migrate.SCHEMA = next_migration(program, Migration.NEXT)
        migrate.__file__ = str(program / "migrate.py")
        say("open")
        migrate.upgrade(folder / FILE)
        say("upgraded")
        wait_for_kill()

    def check(self, said: Said) -> None:
        schema = project_file.schema_of(self.folder / FILE)
        assert schema in (migrate.SCHEMA, migrate.SCHEMA + 1)
        assert schema == migrate.SCHEMA + 1 or not said
        assert self._rows() == self.rows
        for backup in backups(self.folder):
            check_file(backup.file)
        self.hit["done" if said else "upgrading"] += 1
        if schema == migrate.SCHEMA:  # leftovers of the killed process do no harm
            self.open().close()
        shutil.rmtree(self.folder / BACKUP_FOLDER, ignore_errors=True)
        shutil.copy(self.before, self.folder / FILE)


class BackUp(Scenario):
    """Backups are made one after the other while faces are decided."""

    def __init__(self, place: Path) -> None:
        super().__init__(place)
        make_project(self.folder, 3000).close()
        self.last = 0

    @staticmethod
    def work(folder: Path) -> None:
        store = open_project(folder)
        say("open")
        for face in itertools.count(1):
            store.decisions.flag("ann", [face % 3000 + 1], True)
            say(store.back_up("work").file.name)

    def check(self, said: Said) -> None:
        self.open().close()
        there = backups(self.folder)
        names = {backup.file.name for backup in there}
        assert {row[0] for row in said[-3:]} <= names
        for backup in there:
            check_file(backup.file)
            assert read_contents(backup.file).faces == 3000
        self.hit[
            "half-made" if list((self.folder / BACKUP_FOLDER).glob(".*")) else "elsewhere"
        ] += 1


class Window(Scenario):
    """A person moves points and accepts in the real window."""

    span = 0.6

    def __init__(self, place: Path) -> None:
        super().__init__(place)
        store = make_project(self.folder, 3000)
        propose(store, range(1, 3001))
        store.close()
        self.decided: set[int] = set()

    @staticmethod
    def work(folder: Path) -> None:
        from functools import partial

        from PySide6.QtCore import QTimer
        from PySide6.QtWidgets import QApplication

        from labeltool.app import App
        from labeltool.domain import Changes
        from labeltool.gui.settings import Settings

        os.environ["LABELTOOL_SETTINGS"] = str(folder.parent / "settings.ini")
        os.environ["LABELTOOL_CACHE"] = str(folder.parent / "cache")
        application = QApplication([])
        app = App(Settings())
        window = app.open(folder)
        assert window is not None
        session = window.session

        def changed(changes: Changes) -> None:
            for number in sorted(changes.faces):
                face = session.store.faces.get(number)
                assert face is not None
                drafted = None if face.draft is None else float(face.draft[0, 0])
                say(number, str(face.verdict), drafted)

        def review() -> None:
            for step in (1.0, 2.0):
                session.writes.submit_for_face(partial(session.desk.edits.move, 0, step, step))
            session.writes.submit_for_face(session.desk.accept)

        session.changed.connect(changed)
        timer = QTimer(interval=0)
        timer.timeout.connect(review)
        timer.start()
        say("open")
        application.exec()

    def check(self, said: Said) -> None:
        store = self.open()
        last = {number: (verdict, drafted) for number, verdict, drafted in said}
        self.decided |= {number for number, (v, _) in last.items() if v == "corrected"}
        now = verdicts(store)
        assert all(now[face - 1] is Verdict.CORRECTED for face in self.decided)
        for number, (verdict, drafted) in last.items():
            if verdict == "unreviewed" and drafted is not None:
                face = store.faces.get(number)
                assert face is not None
                kept = None if face.draft is None else face.draft[0, 0]
                assert face.verdict is Verdict.CORRECTED or kept >= drafted
        done = store.queue.ids(Filter("corrected"))
        store.close()
        assert len(set(done) - self.decided) <= 1
        self.decided |= set(done)
        moving = any(v == "unreviewed" for v, _ in last.values())
        self.hit["in the moves of a face" if moving else "elsewhere"] += 1


SCENARIOS: dict[type[Scenario], int] = {
    Review: 6, Draft: 5, UndoImport: 3, RollBack: 3, TakeIn: 4, Migration: 4, BackUp: 3,
    Window: 2,
}  # fmt: skip
"""How often of 30 times each is killed."""


if __name__ == "__main__":
    fork_children({kind.__name__: kind for kind in SCENARIOS}[sys.argv[1]], Path(sys.argv[2]))
