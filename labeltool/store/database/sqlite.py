"""What only SQLite says: pragmas, locks, triggers, the trigram index of file names.

The rest of the store speaks SQLAlchemy Core. Another database needs a module like this one, with
its own `Dialect` (see `dialects`), connections and triggers.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import (
    DDL,
    URL,
    Connection,
    Engine,
    FromClause,
    Insert,
    Select,
    String,
    bindparam,
    column,
    create_engine,
    event,
    select,
    table,
    text,
)
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.pool import NullPool, QueuePool
from sqlalchemy.util import LRUCache

from labeltool.store.database import finding_schema  # noqa: F401 - the triggers name its tables
from labeltool.store.database.expressions import contains_text, json_items
from labeltool.store.database.file_access import connect_read_only
from labeltool.store.database.read_only import connect
from labeltool.store.database.schema import Base
from labeltool.store.database.trust_schema import TRUST_TRIGGERS

BUSY_TIMEOUT_MS = 10_000
"""Milliseconds that a reader waits where the journal does not let it read beside a writer."""

CACHE_KIB = 16_000
"""Page cache of a connection: the queue's indexes at 200,000 faces fit into it."""

LOCK_RETRY_SECONDS = 0.0005
"""Pause between two tries to get the write lock."""

CHECKPOINT_PAGES = 60
"""Log pages after which a writer that can wait copies the log into the file."""

DEFERRED_CHECKPOINT_PAGES = 20_000
"""The same for a writer that leaves the copying to others."""

INTERRUPT_CHECK_STEPS = 20_000
"""Steps of SQLite's virtual machine between two questions whether to stop."""


class SqliteDialect:
    """SQLite's answers to the questions that every database answers in its own way."""

    def insert_or_ignore(self, into: Any) -> Insert:
        """An insert that skips rows whose unique columns exist already."""
        return insert(into).on_conflict_do_nothing()

    def upsert(self, into: Any, keys: Sequence[str], values: dict[str, Any]) -> Insert:
        """Insert a row, or update the one with the same `keys`; `values` has the other columns
        alone."""
        return insert(into).on_conflict_do_update(index_elements=list(keys), set_=values)

    def photos_named(self, pattern: str) -> Select[Any]:
        """Ids of the photos whose search text has a pattern; `pattern` names its parameter."""
        names = table("photo_name", column("rowid"), column("photo_name"))
        matches = names.c.photo_name.op("MATCH")(bindparam(pattern, type_=String))
        return select(names.c.rowid).where(matches)

    def name_pattern(self, words: str) -> str:
        """The pattern of texts that contain `words`, at least three letters."""
        return '"' + words.replace('"', '""') + '"'

    def is_name_index_intact(self, connection: Connection) -> bool:
        """Whether the index of file names agrees with the photos."""
        check = text("INSERT INTO photo_name (photo_name, rank) VALUES ('integrity-check', 1)")
        try:
            connection.execute(check)
        except DBAPIError:  # "malformed" is said of an index that differs from its table
            return False
        return True

    def rebuild_name_index(self, connection: Connection) -> None:
        """Fill the index of file names from the photos."""
        connection.execute(text("INSERT INTO photo_name (photo_name) VALUES ('rebuild')"))

    def find_damage(self, connection: Connection) -> str:
        """What is wrong with the database file; empty if it is sound."""
        found = str(connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar_one())
        return "" if found == "ok" else found

    def rebuild_indexes(self, connection: Connection) -> None:
        """Rebuild every index from its table."""
        connection.exec_driver_sql("REINDEX")

    def broken_references(self, connection: Connection) -> list[tuple[str, int, str]]:
        """Rows that name a missing row: table, row id, and the table without that row."""
        rows = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        return [(row[0], row[1], row[2]) for row in rows]

    def describe(self, connection: Connection) -> dict[str, str]:
        """Version and journal, for a report."""
        version = connection.exec_driver_sql("SELECT sqlite_version()").scalar_one()
        journal = connection.exec_driver_sql("PRAGMA journal_mode").scalar_one()
        return {"SQLite": str(version), "Journal": str(journal)}


# Connections


class _Compiler(SQLiteCompiler):
    def get_from_hint_text(self, table: FromClause, text: str | None) -> str | None:
        """SQLAlchemy prints index hints for other databases only."""
        return text


class SharedDialect(SQLiteDialect_pysqlite):
    """Equal for every engine, so that all of them find a statement that one has compiled."""

    statement_compiler = _Compiler
    supports_statement_cache = True

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SharedDialect)

    def __hash__(self) -> int:
        return hash(SharedDialect)


registry.register("sqlite.shared", __name__, SharedDialect.__name__)

_EXECUTION_OPTIONS = {"compiled_cache": LRUCache[Any, Any](1000)}
"""One cache for all engines: compiling a statement often takes longer than running it."""


def url(path: Path) -> URL:
    """The address of a file. A string would not do: ? and % in a path have a meaning there."""
    return URL.create("sqlite+shared", database=str(path.absolute()))


def open_engine(path: Path, pool: type[QueuePool] | type[NullPool]) -> Engine:
    """Connections that read and write. Transactions begin explicitly, not with a statement."""
    engine = create_engine(
        url(path),
        poolclass=pool,
        execution_options=_EXECUTION_OPTIONS,
        connect_args={"check_same_thread": False, "isolation_level": None},
    )
    pragmas = ("foreign_keys=ON", "synchronous=FULL")
    return _prepared(engine, pragmas)


def open_read_only_engine(path: Path, *, closed: bool = False) -> Engine:
    """Connections that only read, see `read_only.connect`. Beside a file that is `closed`, and has
    no write-ahead log, none is created."""
    logged = path.with_name(f"{path.name}-wal").exists()
    opened = partial(connect_read_only, immutable=True) if closed and not logged else connect
    engine = create_engine(
        url(path),
        poolclass=QueuePool,
        creator=partial(opened, path),
        execution_options=_EXECUTION_OPTIONS,
    )
    return _prepared(engine)


def _prepared(engine: Engine, pragmas: Sequence[str] = ()) -> Engine:
    @event.listens_for(engine, "connect")
    def connected(connection: sqlite3.Connection, _record: object) -> None:
        for pragma in (*pragmas, f"busy_timeout={BUSY_TIMEOUT_MS}", f"cache_size=-{CACHE_KIB}"):
            connection.execute(f"PRAGMA {pragma}")

    return engine


def set_journal(connection: Connection, *, write_ahead: bool) -> None:
    """Choose the write-ahead log, or the journal that works on network drives too."""
    connection.exec_driver_sql(f"PRAGMA journal_mode={'WAL' if write_ahead else 'DELETE'}")


def begin_read(connection: Connection) -> None:
    """Begin a transaction: what follows sees one state of the data."""
    connection.exec_driver_sql("BEGIN")


def lock_for_writing(connection: Connection) -> None:
    """Begin a transaction with the write lock, which nobody else holds."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def disable_foreign_keys(connection: Connection) -> None:
    """Allow to drop and rebuild tables that others refer to; outside a transaction only."""
    connection.exec_driver_sql("PRAGMA foreign_keys=OFF")


def prepare_to_forget(connection: Connection) -> None:
    """Let deletions leave no byte behind, outside of a transaction; nobody else has the file open.

    What refers to deleted rows is not looked at: a search for each of them would take too long.
    """
    disable_foreign_keys(connection)
    connection.exec_driver_sql("PRAGMA secure_delete=ON")
    set_journal(connection, write_ahead=False)  # the log goes into the file, and is deleted


def compact(connection: Connection) -> None:
    """Write the file anew, without the bytes of what was deleted at any time before."""
    connection.exec_driver_sql("VACUUM")


@contextmanager
def without_trigger(connection: Connection, name: str) -> Iterator[None]:
    """Drop one of TRUST_TRIGGERS inside the block, in a transaction."""
    (statement,) = (each for each in TRUST_TRIGGERS if each.split()[2] == name)
    connection.exec_driver_sql(f"DROP TRIGGER {name}")
    yield
    connection.exec_driver_sql(statement)


def begin_write(
    connection: Connection,
    deadline: float,
    *,
    durable: bool,
    defer_checkpoint: bool,
    timeout: float,
) -> None:
    """Begin a transaction with the write lock, which other programs may hold until `deadline`.

    SQLite's own wait sleeps longer after each try. It misses the short gaps that a program leaves
    while it saves the results of a round.

    Args:
        deadline: of `time.monotonic`.
        durable: the transaction survives a power cut once it is committed.
        defer_checkpoint: leave the copying of the log into the file to others. A decision that is
            written during a copy waits for the disk.
        timeout: seconds that statements inside the transaction may wait.
    """
    raw = driver_connection(connection)
    raw.execute("PRAGMA busy_timeout=0")
    raw.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
    pages = DEFERRED_CHECKPOINT_PAGES if defer_checkpoint else CHECKPOINT_PAGES
    raw.execute(f"PRAGMA wal_autocheckpoint={pages}")
    while True:
        try:
            raw.execute("BEGIN IMMEDIATE")
            break
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
        time.sleep(LOCK_RETRY_SECONDS)
    raw.execute(f"PRAGMA busy_timeout={int(timeout * 1000)}")


def driver_connection(connection: Connection) -> Any:
    """The sqlite3 connection below SQLAlchemy's."""
    return connection.connection.dbapi_connection


@contextmanager
def interruptible(connection: Connection, should_stop: Callable[[], bool]) -> Iterator[None]:
    """Ask `should_stop` while statements run; a statement that it stops raises "interrupted"."""
    raw = driver_connection(connection)
    raw.set_progress_handler(should_stop, INTERRUPT_CHECK_STEPS)
    try:
        yield
    finally:
        raw.set_progress_handler(None, 0)


def data_version(connection: Connection) -> int:
    """A number that changes when another connection changed the file."""
    return int(connection.exec_driver_sql("PRAGMA data_version").scalar_one())


def touch(connection: Connection) -> None:
    """Write without changing anything: fails where the file cannot be written."""
    connection.exec_driver_sql("PRAGMA user_version=0")


def checkpoint(connection: Connection, *, truncate: bool = False) -> None:
    """Copy the write-ahead log into the file beside readers and writers; `truncate` waits for
    them, and empties the log."""
    connection.exec_driver_sql(f"PRAGMA wal_checkpoint({'TRUNCATE' if truncate else 'PASSIVE'})")


# How SQLite spells `expressions`


@compiles(json_items, "sqlite")
def _compile_json_items(element: json_items, compiler: Any, **options: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **options)})"


@compiles(contains_text, "sqlite")
def _compile_contains_text(element: contains_text, compiler: Any, **options: Any) -> str:
    return f"(instr({compiler.process(element.clauses, **options)}) > 0)"


# Triggers, which keep the counters (`counters`) and the index of file names

_IS_PRESENT = "({0}.verdict != 'removed')"
_IS_WAITING = "({0}.offered OR {0}.verdict = 'unreviewed')"
_KEY = (
    "{0}.verdict, {0}.offered, {0}.flag, coalesce({0}.round_id, 0), coalesce({0}.reviewer, ''), "
    "coalesce({0}.layout, 0)"
)
_COUNT_ONE_MORE = (
    f"INSERT INTO face_counter VALUES ({_KEY.format('new')}, 1) "
    "ON CONFLICT DO UPDATE SET faces = faces + 1;"
)
_COUNT_ONE_LESS = (
    "UPDATE face_counter SET faces = faces - 1 "
    f"WHERE (verdict, offered, flag, round_id, reviewer, layout) = ({_KEY.format('old')});"
)
_WAITS, _WAITED = _IS_WAITING.format("new"), _IS_WAITING.format("old")
_PRESENT, _WAS_PRESENT = _IS_PRESENT.format("new"), _IS_PRESENT.format("old")

NAME_INDEX = (
    "CREATE VIRTUAL TABLE photo_name USING fts5(search, content='photo', content_rowid='id', "
    "tokenize='trigram')"
)
TRIGGERS = (
    f"""CREATE TRIGGER state_added AFTER INSERT ON state BEGIN {_COUNT_ONE_MORE}
UPDATE folder SET faces = faces + {_PRESENT}, todo = todo + {_WAITS}
WHERE id = new.folder_id; END""",
    f"""CREATE TRIGGER state_removed AFTER DELETE ON state BEGIN {_COUNT_ONE_LESS}
UPDATE folder SET faces = faces - {_WAS_PRESENT}, todo = todo - {_WAITED}
WHERE id = old.folder_id; END""",
    f"""CREATE TRIGGER state_changed AFTER UPDATE OF verdict, offered, flag, round_id, reviewer,
layout ON state WHEN ({_KEY.format("new")}) IS NOT ({_KEY.format("old")})
BEGIN {_COUNT_ONE_LESS} {_COUNT_ONE_MORE}
UPDATE folder SET faces = faces + {_PRESENT} - {_WAS_PRESENT}, todo = todo + {_WAITS} - {_WAITED}
WHERE id = new.folder_id AND ({_WAITS} != {_WAITED} OR {_PRESENT} != {_WAS_PRESENT}); END""",
    # a finding belongs to one state of its face, and of the face that it doubles
    """CREATE TRIGGER state_rechecked AFTER UPDATE OF entry_id, prediction_id ON state
WHEN new.entry_id IS NOT old.entry_id OR new.prediction_id IS NOT old.prediction_id
BEGIN DELETE FROM checked WHERE face_id = new.face_id
OR face_id IN (SELECT face_id FROM finding WHERE other = new.face_id);
DELETE FROM finding WHERE face_id = new.face_id OR other = new.face_id; END""",
    """CREATE TRIGGER photo_added AFTER INSERT ON photo BEGIN
INSERT INTO photo_name (rowid, search) VALUES (new.id, new.search);
UPDATE root SET photos = photos + 1, problems = problems + (new.problem IS NOT NULL),
waiting = waiting + (NOT new.searched) WHERE id = new.root_id; END""",
    """CREATE TRIGGER photo_removed AFTER DELETE ON photo BEGIN
INSERT INTO photo_name (photo_name, rowid, search) VALUES ('delete', old.id, old.search);
UPDATE root SET photos = photos - 1, problems = problems - (old.problem IS NOT NULL),
waiting = waiting - (NOT old.searched) WHERE id = old.root_id; END""",
    """CREATE TRIGGER photo_changed AFTER UPDATE OF problem, searched ON photo BEGIN
UPDATE root SET problems = problems + (new.problem IS NOT NULL) - (old.problem IS NOT NULL),
waiting = waiting + (NOT new.searched) - (NOT old.searched) WHERE id = new.root_id; END""",
    """CREATE TRIGGER photo_renamed AFTER UPDATE OF search ON photo BEGIN
INSERT INTO photo_name (photo_name, rowid, search) VALUES ('delete', old.id, old.search);
INSERT INTO photo_name (rowid, search) VALUES (new.id, new.search); END""",
)

for _statement in (NAME_INDEX, *TRIGGERS, *TRUST_TRIGGERS):
    event.listen(
        Base.metadata,
        "after_create",
        DDL(_statement).execute_if(dialect="sqlite"),  # type: ignore[no-untyped-call]
    )
