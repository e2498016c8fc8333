"""Each source has a mark, which changes with what it holds: what was read of it is kept for so long."""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column, and mark the sources that there are."""
    op.add_column("sources", sa.Column("mark", sa.BigInteger()))
    sources = sa.table("sources", sa.column("source", sa.String()), sa.column("mark", sa.BigInteger()))
    connection = op.get_bind()
    for source in connection.execute(sa.select(sources.c.source)).scalars().all():
        # Random, since a backup that is restored passes through here again.
        new = sa.update(sources).where(sources.c.source == source).values(mark=secrets.randbits(62))
        connection.execute(new)
