"""The first schema, as new projects are made from the table classes: later ones build on it."""

revision = "1"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing to do: no file is older than the first schema."""
