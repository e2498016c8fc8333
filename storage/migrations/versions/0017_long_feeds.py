"""A feed is named by its search too, which may be too long for an index; none is looked up by its name."""

from __future__ import annotations

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Drop the index."""
    op.drop_index("ix_feed_keys_feed", "feed_keys")
