"""Small made-up projects for tests: faces without photos, proposals without a network."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from sqlalchemy import event

from labeltool.domain import NewPrediction, RoundKind, Verdict
from labeltool.store import FILE, SCHEMA, Store, create_project, migrate, open_project
from pipnet.data.scheme import Scheme

THREE = Scheme("three", ("left", "right", "nose"), ((0, 2), (1, 2)), (1, 0, 2))
"""Three landmarks: enough for a store, which never looks at them."""

ENDLESS = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x FROM c) SELECT max(x) FROM c"
"""A statement that runs until it is interrupted."""


def triangle(shift: float = 0.0) -> np.ndarray:
    """Landmarks of a face of `THREE` whose tight box is (10, 20, 40, 40)."""
    return np.array([[10.25, 20.5], [50.125, 20.0625], [30.0, 60.75]]) + shift


def make_project(folder: Path, faces: int = 0, scheme: Scheme = THREE) -> Store:
    """Make a project with `faces` faces, each on its own photo; ids start at 1."""
    folder.mkdir(parents=True)
    (folder / FILE).write_bytes(_empty(scheme.to_json()))
    store = open_project(folder)
    if faces:
        add_faces(store, faces)
    return store


@cache
def _empty(scheme: str) -> bytes:
    """The file of an empty project, made once for all tests."""
    with TemporaryDirectory() as folder:
        create_project(Path(folder), Scheme.from_json(scheme)).close()
        return (Path(folder) / FILE).read_bytes()


def add_faces(store: Store, count: int) -> None:
    """Add `count` faces on photos whose files need not exist."""
    root = store.photos.add_root(store.folder.parent / "photos")
    have = store.queue.counts().photos
    store.photos.add(root, [(f"{have + i:05d}.jpg", 100) for i in range(count)])
    store.photos.save_search_results(
        [
            {
                "photo": photo, "sha256": "0" * 64, "width": 100, "height": 100,
                "fingerprint": unlike(photo), "faces": [((5.0, 5.0, 60.0, 60.0), 0.9)],
            }
            for photo, _file in store.photos.unsearched()
        ]
    )  # fmt: skip


def unlike(photo: int) -> int:
    """A fingerprint that is far from that of every other photo."""
    return int(np.random.default_rng(photo).integers(-(2**63), 2**63))


def write_photos(folder: Path, count: int) -> None:
    """Write files for the photos of `add_faces`, of the size recorded there."""
    folder.mkdir(exist_ok=True)
    for number in range(count):
        (folder / f"{number:05d}.jpg").write_bytes(b"x" * 100)


def proposals(faces: Sequence[int], score: float | Sequence[float] = 0.5) -> list[NewPrediction]:
    """One made-up proposal a face; `score` for all of them, or one each. The expected error of a
    face is a tenth of what its score lacks of 1."""
    scores = np.broadcast_to(np.asarray(score, float), len(faces))
    return [
        NewPrediction(
            face,
            triangle(face),
            np.full(3, s, np.float32),
            float(s),
            round(1 - float(s), 6),
            np.full(3, (1 - s) / 10, np.float32),
            round((1 - float(s)) / 10, 6),
        )
        for face, s in zip(faces, scores, strict=True)
    ]


def propose(
    store: Store,
    faces: Sequence[int],
    score: float | Sequence[float] = 0.5,
    *,
    model: str = "",
    kind: RoundKind = RoundKind.TRAIN,
) -> int:
    """A whole round of proposals, of a model of its own unless one is named; returns its id."""
    round_id = store.rounds.add(kind, "std", f"rounds/{uuid.uuid4().hex[:8]}", {})
    name = model or f"model {round_id}"
    store.rounds.set_model(round_id, name, name)
    store.rounds.add_predictions(round_id, proposals(faces, score))
    store.rounds.finish(round_id, {})
    return round_id


def shown(store: Store, face: int) -> int | None:
    """Id of the prediction that a face shows now."""
    found = store.faces.get(face)
    assert found is not None
    return None if found.prediction is None else found.prediction.id


def verdicts(store: Store) -> list[Verdict]:
    """Of every face, by id."""
    return [Verdict(row[4]) for row in store.faces.boxes()]


def sql(store: Store, query: str) -> list[Any]:
    """The result of a query on the file itself, bypassing the store."""
    with store._database.read() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(query)]


def change(store: Store, statement: str) -> None:
    """Change the file, bypassing the store."""
    with store._database.write() as connection:
        connection.exec_driver_sql(statement)


@contextmanager
def explained(store: Store) -> Iterator[list[str]]:
    """Collect the query plans, line by line, of every statement the store runs meanwhile."""
    asked: list[tuple[str, tuple]] = []
    plans: list[str] = []

    def note(_connection, _cursor, statement, parameters, _context, _many):
        if statement.startswith(("SELECT", "UPDATE", "DELETE")):
            asked.append((statement, parameters))
        elif "INSERT INTO entry" in statement:  # the rest of its plan is of foreign keys
            asked.append((statement[statement.index("SELECT") :], parameters))

    engines = (store._database.readers, store._database._writer_engine)
    for one in engines:
        event.listen(one, "before_cursor_execute", note)
    yield plans
    for one in engines:
        event.remove(one, "before_cursor_execute", note)
    with store._database.readers.connect() as connection:
        for statement, parameters in asked:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            plans += [row[3] for row in plan]


def scans(plans: list[str]) -> list[str]:
    """The plan lines that scan a table which grows with the project."""
    tables = ("state", "entry", "operation", "face", "photo", "prediction", "s ", "p ", "e ", "f ")
    return [line for line in plans if line.startswith(tuple(f"SCAN {table}" for table in tables))]


def next_migration(program: Path, body: str) -> int:
    """Write to a folder what the program's next version would have: one migration more.

    Returns its number; `migrate.SCHEMA` and `migrate.__file__` have to say so.
    """
    ours = Path(migrate.__file__).parent / "migrations"
    shutil.copytree(ours, program / "migrations", ignore=shutil.ignore_patterns("__pycache__"))
    (program / "migrations" / "versions" / "next.py").write_text(
        "import sqlalchemy as sa\nfrom alembic import op\n"
        f"revision = '{SCHEMA + 1}'\ndown_revision = '{SCHEMA}'\n{body}",
        encoding="utf-8",
    )
    return SCHEMA + 1


def fill_disk(store: Store, spare: int = 2) -> None:
    """Simulate a full disk: let the file grow by `spare` pages only."""
    writer = store._database._writer
    pages = writer.exec_driver_sql("PRAGMA page_count").scalar_one()
    writer.exec_driver_sql(f"PRAGMA max_page_count={pages + spare}")
    writer.rollback()
