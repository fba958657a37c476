"""Counters and the file name index. Triggers keep them up to date, so no writer can forget to.

`face_counter` has a row for each combination of verdict, offered, flag, round of the shown
prediction, and reviewer: a few rows answer what would otherwise scan every face. `folder` and
`root` have counters of their own. `face_counter` also counts removed faces (`NOT_REMOVED` skips
them); `folder` does not.
"""

from __future__ import annotations

import unicodedata

from sqlalchemy import DDL, Connection, event, text
from sqlalchemy.exc import DBAPIError

from labeltool.store.database.schema import Base


def search_text(words: str) -> str:
    """Text as the file name search compares it: composed (macOS keeps names apart), case folded."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", words).casefold())


NOT_REMOVED = "verdict != 'removed'"
"""Of `state` or `face_counter`: the faces that are there, see Verdict.REMOVED."""

_IS_THERE = "({0}.verdict != 'removed')"
_TODO = "({0}.offered OR {0}.verdict = 'unreviewed')"
_KEY = "{0}.verdict, {0}.offered, {0}.flag, coalesce({0}.round_id, 0), coalesce({0}.reviewer, '')"
_CELL = "(verdict, offered, flag, round_id, reviewer)"
_MORE = (
    f"INSERT INTO face_counter VALUES ({_KEY.format('new')}, 1) "
    "ON CONFLICT DO UPDATE SET faces = faces + 1;"
)
_FEWER = f"UPDATE face_counter SET faces = faces - 1 WHERE {_CELL} = ({_KEY.format('old')});"
_NEW, _OLD = _TODO.format("new"), _TODO.format("old")
_NOW_THERE, _WAS_THERE = _IS_THERE.format("new"), _IS_THERE.format("old")

DEFINITIONS = (
    f"""CREATE TRIGGER state_added AFTER INSERT ON state BEGIN {_MORE}
UPDATE folder SET faces = faces + {_NOW_THERE}, todo = todo + {_NEW}
WHERE id = new.folder_id; END""",
    f"""CREATE TRIGGER state_removed AFTER DELETE ON state BEGIN {_FEWER}
UPDATE folder SET faces = faces - {_WAS_THERE}, todo = todo - {_OLD}
WHERE id = old.folder_id; END""",
    f"""CREATE TRIGGER state_changed AFTER UPDATE OF verdict, offered, flag, round_id, reviewer
ON state WHEN ({_KEY.format("new")}) IS NOT ({_KEY.format("old")}) BEGIN {_FEWER} {_MORE}
UPDATE folder SET faces = faces + {_NOW_THERE} - {_WAS_THERE}, todo = todo + {_NEW} - {_OLD}
WHERE id = new.folder_id AND ({_NEW} != {_OLD} OR {_NOW_THERE} != {_WAS_THERE}); END""",
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
NAMES = (
    "CREATE VIRTUAL TABLE photo_name USING fts5(search, content='photo', content_rowid='id', "
    "tokenize='trigram')"
)

for _statement in (NAMES, *DEFINITIONS):
    event.listen(Base.metadata, "after_create", DDL(_statement))  # type: ignore[no-untyped-call]


_COUNTED = {
    "face_counter": (
        f"SELECT {_KEY.format('state')}, count(*) FROM state GROUP BY 1, 2, 3, 4, 5",
        "SELECT * FROM face_counter WHERE faces",
    ),
    "folder": (
        f"SELECT folder_id, count(*), sum({_TODO.format('state')}) FROM state "
        f"WHERE {NOT_REMOVED} GROUP BY 1",
        "SELECT id, faces, todo FROM folder WHERE faces OR todo",
    ),
    "root": (
        "SELECT root_id, count(*), sum(problem IS NOT NULL), sum(NOT searched) "
        "FROM photo GROUP BY 1",
        "SELECT id, photos, problems, waiting FROM root WHERE photos OR problems OR waiting",
    ),
}


def wrong(connection: Connection) -> list[str]:
    """Names of the tallies that differ from what they count."""
    found = []
    for name, (truth, kept) in _COUNTED.items():
        differ = (
            f"SELECT EXISTS (SELECT * FROM ({truth}) EXCEPT {kept}) "
            f"OR EXISTS ({kept} EXCEPT SELECT * FROM ({truth}))"
        )
        if connection.scalar(text(differ)):
            found.append(name)
    try:
        connection.execute(
            text("INSERT INTO photo_name (photo_name, rank) VALUES ('integrity-check', 1)")
        )
    except DBAPIError:  # says "malformed" of an index that differs from the table
        found.append("photo_name")
    return found


def recount(connection: Connection) -> None:
    """Count everything anew."""
    for statement in (
        "DELETE FROM face_counter",
        f"INSERT INTO face_counter {_COUNTED['face_counter'][0]}",
        "UPDATE folder SET faces = 0, todo = 0",
        f"UPDATE folder SET faces = n.faces, todo = n.todo FROM (SELECT folder_id, "
        f"count(*) AS faces, sum({_TODO.format('state')}) AS todo FROM state WHERE {NOT_REMOVED} "
        "GROUP BY 1) n WHERE n.folder_id = folder.id",
        "UPDATE root SET photos = 0, problems = 0, waiting = 0",
        "UPDATE root SET photos = n.photos, problems = n.problems, waiting = n.waiting FROM "
        "(SELECT root_id, count(*) AS photos, sum(problem IS NOT NULL) AS problems, "
        "sum(NOT searched) AS waiting FROM photo GROUP BY 1) n WHERE n.root_id = root.id",
        "INSERT INTO photo_name (photo_name) VALUES ('rebuild')",
    ):
        connection.execute(text(statement))
