"""The day from which a visit that never took place counts as missed, so that the work list can tell missed from overdue.

Expected rows are derived: every command that migrates makes them again for everyone.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261124_0002"
down_revision = "20261123_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("due", sa.Column("given_up_from", sa.Date))


def downgrade() -> None:
    op.drop_column("due", "given_up_from")
