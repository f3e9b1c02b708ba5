"""stance sets, votes and the life of a model.

Revision: 0006, after 0005.
"""

import sqlalchemy as sa
from alembic import op


revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None

STATUSES = ('challenger', 'current', 'retired')
IS_THE_CURRENT = sa.text("status = 'current'")


def status():
    return sa.Column('status', sa.String(length=10), nullable=True, comment="current: new signals come from it; challenger: waits for a person's approval; retired: it was current before.")


def is_current():
    return sa.Column('is_current', sa.Boolean(), nullable=True, comment='Whether new signals come from it.')


def of_signals():
    return (
        sa.Column('stance_set', sa.Text(), server_default='', nullable=False, comment='Stances that cannot be ruled out at 90 % coverage, blank-separated; none or several: it cannot tell.'),
        sa.Column('disagreement', sa.Float(), server_default='0', nullable=False, comment='How far the voters are apart: half the summed difference of their probabilities.'),
    )


def of_models():
    return (
        sa.Column('data_hash', sa.String(length=64), server_default='', nullable=False, comment='SHA-256 of the training data and their labels.'),
        sa.Column('has_vectors', sa.Boolean(), server_default=sa.true(), nullable=False, comment='Whether sentence vectors vote.'),
        sa.Column('examples', sa.Text(), server_default='{}', nullable=False, comment='Those by origin, language and stance, as JSON.'),
        sa.Column('label_order', sa.Text(), server_default='', nullable=False, comment='Stances in the order of its probabilities.'),
        sa.Column('versions', sa.Text(), server_default='{}', nullable=False, comment='Versions of the libraries it needs, as JSON.'),
        sa.Column('evaluation', sa.Text(), nullable=True, comment='Metrics on the labelled file it was last scored on, with its SHA-256, as JSON.'),
        sa.Column('promoted_at', sa.DateTime(timezone=True), nullable=True, comment='When it last became current; empty for a challenger.'),
        sa.Column('promoted_by', sa.Text(), nullable=True, comment='Who made it current; empty where none was current before it.'),
        sa.Column('promotion_reason', sa.Text(), nullable=True, comment='Why it was made current.'),
        sa.Column('despite', sa.Text(), nullable=True, comment='Why, although the comparison could not tell; empty where it could.'),
        sa.Column('verdict', sa.Text(), nullable=True, comment='Comparison with the model it replaced, as JSON.'),
        sa.Column('replaced_id', sa.String(length=40), nullable=True, comment='Model that was current before it.'),
        sa.Column('rolled_back_at', sa.DateTime(timezone=True), nullable=True, comment='When it was taken back.'),
        sa.Column('rolled_back_by', sa.Text(), nullable=True, comment='Who took it back.'),
        sa.Column('rollback_reason', sa.Text(), nullable=True, comment='Why it was taken back.'),
    )


COMMENTS = (
    ('models', 'recipe', 'Features, estimator, versions, as JSON.', 'Features and estimators, as JSON.'),
    ('signals', 'terms', 'Deciding terms with their weights, as JSON.', "Deciding terms with their share in the voters' decision for the stance, as JSON."),
)


def _comment(which: int) -> None:
    # SQLite keeps no comments.
    if op.get_bind().dialect.name == 'postgresql':
        for table, column, *words in COMMENTS:
            op.alter_column(table, column, existing_nullable=False, comment=words[which])


def upgrade() -> None:
    for column in of_signals():
        op.add_column('signals', column)
    for column in (status(), *of_models()):
        op.add_column('models', column)
    # Each model was made current as soon as it was fitted.
    op.execute("UPDATE models SET status = CASE WHEN is_current THEN 'current' ELSE 'retired' END, promoted_at = trained_at")
    listed = ', '.join(f"'{word}'" for word in STATUSES)
    with op.batch_alter_table('models', schema=None) as batch_op:
        batch_op.alter_column('status', existing_type=sa.String(length=10), existing_comment=status().comment, nullable=False)
        batch_op.create_check_constraint(op.f('ck_models_status'), sa.text(f'status IN ({listed})'))
        batch_op.create_foreign_key(op.f('fk_models_replaced_id'), 'models', ['replaced_id'], ['model_id'])
        batch_op.drop_column('is_current')
    op.create_index(op.f('ix_models_current'), 'models', ['status'], unique=True, sqlite_where=IS_THE_CURRENT, postgresql_where=IS_THE_CURRENT)
    _comment(1)


def downgrade() -> None:
    _comment(0)
    op.drop_index(op.f('ix_models_current'), table_name='models')
    op.add_column('models', is_current())
    op.execute("UPDATE models SET is_current = (status = 'current')")
    with op.batch_alter_table('models', schema=None) as batch_op:
        batch_op.alter_column('is_current', existing_type=sa.Boolean(), existing_comment=is_current().comment, nullable=False)
        batch_op.drop_constraint(op.f('fk_models_replaced_id'), type_='foreignkey')
        batch_op.drop_constraint(op.f('ck_models_status'), type_='check')
        for column in reversed((status(), *of_models())):
            batch_op.drop_column(column.name)
    with op.batch_alter_table('signals', schema=None) as batch_op:
        for column in reversed(of_signals()):
            batch_op.drop_column(column.name)
