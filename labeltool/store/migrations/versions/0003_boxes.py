"""Boxes in the log, and the visibility of a draft."""

import sqlalchemy as sa
from alembic import op

revision = "3"
down_revision = "2"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add columns that are empty for everything done before."""
    op.add_column("entry", sa.Column("box", sa.JSON(), nullable=True))
    op.add_column("face", sa.Column("first_box", sa.JSON(), nullable=True))
    op.add_column("draft", sa.Column("visibility", sa.LargeBinary(), nullable=True))
