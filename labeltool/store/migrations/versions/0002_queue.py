"""What the queue asks of a face stands in its state; tallies; file name search; visits."""

import unicodedata
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "2"
down_revision = "1"
branch_labels = None
depends_on = None

TODO = "({0}.offered OR {0}.verdict = 'unreviewed')"
KEY = "{0}.verdict, {0}.offered, {0}.flag, coalesce({0}.round_id, 0), coalesce({0}.reviewer, '')"
CELL = "(verdict, offered, flag, round_id, reviewer)"
MORE = (
    f"INSERT INTO tally VALUES ({KEY.format('new')}, 1) "
    "ON CONFLICT DO UPDATE SET faces = faces + 1;"
)
FEWER = f"UPDATE tally SET faces = faces - 1 WHERE {CELL} = ({KEY.format('old')});"
NEW, OLD = TODO.format("new"), TODO.format("old")

AFTER = (
    "CREATE VIRTUAL TABLE photo_name USING fts5(search, content='photo', content_rowid='id', "
    "tokenize='trigram')",
    f"""CREATE TRIGGER state_added AFTER INSERT ON state BEGIN {MORE}
UPDATE folder SET faces = faces + 1, todo = todo + {NEW} WHERE id = new.folder_id; END""",
    f"""CREATE TRIGGER state_removed AFTER DELETE ON state BEGIN {FEWER}
UPDATE folder SET faces = faces - 1, todo = todo - {OLD} WHERE id = old.folder_id; END""",
    f"""CREATE TRIGGER state_changed AFTER UPDATE OF verdict, offered, flag, round_id, reviewer
ON state WHEN ({KEY.format("new")}) IS NOT ({KEY.format("old")}) BEGIN {FEWER} {MORE}
UPDATE folder SET todo = todo + {NEW} - {OLD}
WHERE id = new.folder_id AND {NEW} != {OLD}; END""",
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
    f"INSERT INTO tally SELECT {KEY.format('state')}, count(*) FROM state GROUP BY 1, 2, 3, 4, 5",
    "UPDATE folder SET faces = n.faces, todo = n.todo FROM (SELECT folder_id, "
    f"count(*) AS faces, sum({TODO.format('state')}) AS todo FROM state GROUP BY 1) n "
    "WHERE n.folder_id = folder.id",
    "UPDATE root SET photos = n.photos, problems = n.problems, waiting = n.waiting FROM "
    "(SELECT root_id, count(*) AS photos, sum(problem IS NOT NULL) AS problems, "
    "sum(NOT searched) AS waiting FROM photo GROUP BY 1) n WHERE n.root_id = root.id",
    "INSERT INTO photo_name (photo_name) VALUES ('rebuild')",
)


def search_text(words: str) -> str:
    """Composed and case folded."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", words).casefold())


def folder_of(root: int, path: str) -> str:
    """The folder of a photo: the number of its root, then where it lies under it."""
    inside = path.rpartition("/")[0]
    return f"{root}/{inside}" if inside else str(root)


def upgrade() -> None:
    """Add columns and tables, and fill them from what is there."""
    raw: Any = op.get_bind().connection.dbapi_connection
    raw.create_function("search_text", 1, search_text)
    raw.create_function("folder_of", 2, folder_of)
    for name in ("photos", "problems", "waiting"):
        op.add_column("root", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    op.add_column("round", sa.Column("unsettled", sa.Boolean(), nullable=False, server_default="0"))
    op.create_table(
        "folder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("faces", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("todo", sa.Integer(), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("path"),
    )
    op.execute("INSERT INTO folder (path) SELECT DISTINCT folder_of(root_id, path) FROM photo")
    _photo()
    _state()
    op.create_table(
        "tally",
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("offered", sa.Boolean(), nullable=False),
        sa.Column("flag", sa.Boolean(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("reviewer", sa.String(), nullable=False),
        sa.Column("faces", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("verdict", "offered", "flag", "round_id", "reviewer"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "saved_filter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("filter", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "visit",
        sa.Column("reviewer", sa.String(), nullable=False),
        sa.Column("time", sa.String(), nullable=False),
        sa.Column("face_id", sa.Integer(), nullable=True),
        sa.Column("filter", sa.String(), nullable=False),
        sa.Column("operation_id", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("photo_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("reviewer"),
    )
    for statement in AFTER:
        op.execute(statement)


def _photo() -> None:
    op.create_table(
        "photo_new",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("root_id", sa.Integer(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("searched", sa.Boolean(), nullable=False),
        sa.Column("problem", sa.String(), nullable=True),
        sa.Column("folder_id", sa.Integer(), nullable=False),
        sa.Column("search", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["root_id"], ["root.id"]),
        sa.ForeignKeyConstraint(["folder_id"], ["folder.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("root_id", "path"),
    )
    op.execute(
        "INSERT INTO photo_new SELECT p.id, root_id, p.path, bytes, sha256, width, height, "
        "searched, problem, d.id, search_text(p.path) "
        "FROM photo p JOIN folder d ON d.path = folder_of(root_id, p.path)"
    )
    op.drop_table("photo")
    op.rename_table("photo_new", "photo")
    op.create_index("photo_todo", "photo", ["searched", "id"])
    op.create_index("photo_path", "photo", ["path", "id"])
    op.create_index("photo_search", "photo", ["search"])


def _state() -> None:
    op.create_table(
        "state_new",
        sa.Column("face_id", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("flag", sa.Boolean(), nullable=False),
        sa.Column("offered", sa.Boolean(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=True),
        sa.Column("effect", sa.Integer(), nullable=True),
        sa.Column("prediction_id", sa.Integer(), nullable=True),
        sa.Column("model_id", sa.Integer(), nullable=True),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("spread", sa.Float(), nullable=True),
        sa.Column("change", sa.Float(), nullable=True),
        sa.Column("photo_id", sa.Integer(), nullable=False),
        sa.Column("folder_id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=True),
        sa.Column("reviewer", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["face_id"], ["face.id"]),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"]),
        sa.ForeignKeyConstraint(["prediction_id"], ["prediction.id"]),
        sa.ForeignKeyConstraint(["model_id"], ["model.id"]),
        sa.PrimaryKeyConstraint("face_id"),
    )
    op.execute(
        "INSERT INTO state_new SELECT s.face_id, s.verdict, s.flag, s.offered, s.entry_id, "
        "s.effect, s.prediction_id, s.model_id, s.score, s.spread, s.change, f.photo_id, "
        "p.folder_id, q.round_id, o.reviewer FROM state s JOIN face f ON f.id = s.face_id "
        "JOIN photo p ON p.id = f.photo_id LEFT JOIN prediction q ON q.id = s.prediction_id "
        "LEFT JOIN operation o ON o.id = s.effect"
    )
    op.drop_table("state")
    op.rename_table("state_new", "state")
    op.create_index("state_verdict", "state", ["verdict", "face_id"])
    op.create_index("state_offered", "state", ["offered", "face_id"])
    op.create_index("state_threshold", "state", ["verdict", "model_id", "score"])
    op.create_index("state_flag", "state", ["flag", "face_id"])
    op.create_index("state_prediction", "state", ["prediction_id"])
    asked = ("verdict", "offered", "flag", "score", "round_id", "reviewer", "folder_id", "photo_id")
    for key, direction in (
        ("score", ""), ("spread", " DESC"), ("change", " DESC"), ("effect", " DESC"),
        ("round_id", " DESC"),
    ):  # fmt: skip
        others = [column for column in asked if column != key]
        op.create_index(f"state_by_{key}", "state", [sa.text(key + direction), "face_id", *others])
