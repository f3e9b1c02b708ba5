"""what cue words alone say of a statement.

Revision: 0008, after 0007.
"""

import sqlalchemy as sa
from alembic import op


revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None

STANCES = ('supportive', 'neutral', 'restrictive', 'no_signal')


def rule_stance():
    return sa.Column('rule_stance', sa.String(length=max(map(len, STANCES))), nullable=True, comment='What cue words alone say; supportive against restrictive, or the reverse, is an alarm. Empty: not asked.')


def upgrade() -> None:
    listed = ', '.join(f"'{word}'" for word in STANCES)
    with op.batch_alter_table('signals', schema=None) as batch_op:
        batch_op.add_column(rule_stance())
        batch_op.create_check_constraint(op.f('ck_signals_rule_stance'), sa.text(f'rule_stance IN ({listed})'))


def downgrade() -> None:
    with op.batch_alter_table('signals', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('ck_signals_rule_stance'), type_='check')
        batch_op.drop_column('rule_stance')
