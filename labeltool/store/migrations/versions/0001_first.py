"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "1"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create every table."""
    op.create_table(
        "model",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("digest"),
    )
    op.create_table(
        "operation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.String(length=32), nullable=False),
        sa.Column("reviewer", sa.String(), nullable=False),
        sa.Column("time", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("faces", sa.Integer(), nullable=False),
        sa.Column("target", sa.Integer(), nullable=True),
        sa.Column("undo_top", sa.Integer(), nullable=True),
        sa.Column("undo_below", sa.Integer(), nullable=True),
        sa.Column("redo_top", sa.Integer(), nullable=True),
        sa.Column("redo_below", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["target"],
            ["operation.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("uuid"),
    )
    op.create_index("operation_reviewer", "operation", ["reviewer", "id"], unique=False)
    op.create_table(
        "project",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.String(length=32), nullable=False),
        sa.Column("scheme", sa.String(), nullable=False),
        sa.Column("created", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "root",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("path"),
    )
    op.create_table(
        "photo",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("root_id", sa.Integer(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("searched", sa.Boolean(), nullable=False),
        sa.Column("problem", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["root_id"],
            ["root.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("root_id", "path"),
    )
    op.create_index("photo_path", "photo", ["path", "id"], unique=False)
    op.create_index("photo_todo", "photo", ["searched", "id"], unique=False)
    op.create_table(
        "round",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=True),
        sa.Column("task", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=True),
        sa.Column("folder", sa.String(), nullable=False),
        sa.Column("started", sa.String(), nullable=False),
        sa.Column("finished", sa.String(), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("lease", sa.String(), nullable=True),
        sa.Column("lease_until", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["model_id"],
            ["model.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("uuid"),
    )
    op.create_table(
        "face",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("photo_id", sa.Integer(), nullable=False),
        sa.Column("x", sa.Double(), nullable=False),
        sa.Column("y", sa.Double(), nullable=False),
        sa.Column("w", sa.Double(), nullable=False),
        sa.Column("h", sa.Double(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["photo_id"],
            ["photo.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("face_photo", "face", ["photo_id", "id"], unique=False)
    op.create_table(
        "prediction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("face_id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("points", sa.LargeBinary(), nullable=False),
        sa.Column("scores", sa.LargeBinary(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("spread", sa.Float(), nullable=False),
        sa.Column("change", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(
            ["face_id"],
            ["face.id"],
        ),
        sa.ForeignKeyConstraint(
            ["round_id"],
            ["round.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("round_id", "face_id"),
    )
    op.create_index("prediction_face", "prediction", ["face_id"], unique=False)
    op.create_table(
        "draft",
        sa.Column("face_id", sa.Integer(), nullable=False),
        sa.Column("reviewer", sa.String(), nullable=False),
        sa.Column("prediction_id", sa.Integer(), nullable=True),
        sa.Column("points", sa.LargeBinary(), nullable=False),
        sa.Column("time", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["face_id"],
            ["face.id"],
        ),
        sa.ForeignKeyConstraint(
            ["prediction_id"],
            ["prediction.id"],
        ),
        sa.PrimaryKeyConstraint("face_id"),
    )
    op.create_table(
        "entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("operation_id", sa.Integer(), nullable=False),
        sa.Column("face_id", sa.Integer(), nullable=False),
        sa.Column("effect", sa.Integer(), nullable=True),
        sa.Column("previous", sa.Integer(), nullable=True),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("flag", sa.Boolean(), nullable=False),
        sa.Column("prediction_id", sa.Integer(), nullable=True),
        sa.Column("points", sa.LargeBinary(), nullable=True),
        sa.Column("visibility", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["face_id"],
            ["face.id"],
        ),
        sa.ForeignKeyConstraint(
            ["operation_id"],
            ["operation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["prediction_id"],
            ["prediction.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("operation_id", "face_id"),
    )
    op.create_index("entry_face", "entry", ["face_id", "id"], unique=False)
    op.create_index("entry_prediction", "entry", ["prediction_id"], unique=False)
    op.create_table(
        "state",
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
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["entry.id"],
        ),
        sa.ForeignKeyConstraint(
            ["face_id"],
            ["face.id"],
        ),
        sa.ForeignKeyConstraint(
            ["model_id"],
            ["model.id"],
        ),
        sa.ForeignKeyConstraint(
            ["prediction_id"],
            ["prediction.id"],
        ),
        sa.PrimaryKeyConstraint("face_id"),
    )
    op.create_index("state_flag", "state", ["flag", "face_id"], unique=False)
    op.create_index("state_offered", "state", ["offered", "face_id"], unique=False)
    op.create_index("state_prediction", "state", ["prediction_id"], unique=False)
    op.create_index("state_score", "state", ["score", "face_id"], unique=False)
    op.create_index("state_spread", "state", ["spread", "face_id"], unique=False)
    op.create_index("state_threshold", "state", ["verdict", "model_id", "score"], unique=False)
    op.create_index("state_verdict", "state", ["verdict", "face_id"], unique=False)
