"""An index of the turns that did not help: they are few among many, and staff look for them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

UNHELPFUL = "text_sealed IS NOT NULL AND helpful = false"


def upgrade() -> None:
    op.create_index(
        "ix_turns_unhelpful",
        "turns",
        ["id"],
        sqlite_where=sa.text(UNHELPFUL),
        postgresql_where=sa.text(UNHELPFUL),
    )


def downgrade() -> None:
    op.drop_index("ix_turns_unhelpful", "turns")
