"""Who has asked about a country: the desk's filter, which would look through every turn of everybody."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

KNOWN = sa.text("destination IS NOT NULL")


def upgrade() -> None:
    op.create_index(
        "ix_turns_destination",
        "turns",
        ["destination", "chat_id"],
        sqlite_where=KNOWN,
        postgresql_where=KNOWN,
    )


def downgrade() -> None:
    op.drop_index("ix_turns_destination", "turns")
