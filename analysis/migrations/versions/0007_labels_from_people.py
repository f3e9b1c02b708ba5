"""answers, samples and readers.

Revision: 0007, after 0006.
"""

import sqlalchemy as sa
from alembic import op


revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

PURPOSES = ('audit', 'training')
COMMENTS = (
    'Derived from statement, person and purpose.',
    'Derived from statement, person, purpose, version and moment.',
)
TABLE_COMMENTS = (
    "A person's answers.",
    "People's answers, with those that were changed or taken back.",
)
ONE_VERSION = 'uq_labels_statement_id_labelled_by_purpose_version'


def of_labels():
    return (
        sa.Column('jurisdiction', sa.String(length=2), server_default='', nullable=False, comment='ISO 3166 alpha-2, EU, or empty for none.'),
        sa.Column('note', sa.Text(), nullable=True, comment='What the person remarks.'),
        sa.Column('is_unsure', sa.Boolean(), server_default=sa.false(), nullable=False, comment='Whether the person doubts the answer.'),
        sa.Column('seconds', sa.Float(), nullable=True, comment='Time taken for it, if known.'),
        sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment="1 for the person's first answer; the newest that is not withdrawn counts."),
        sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True, comment='When the person took it back; it stays.'),
    )


def _choice(*words):
    return sa.Enum(*words, native_enum=False, create_constraint=False, length=max(map(len, words)))


def _check(table, column, words):
    listed = ', '.join(f"'{word}'" for word in words)
    return sa.CheckConstraint(sa.text(f'{column} IN ({listed})'), name=op.f(f'ck_{table}_{column}'))


def _comment(which: int) -> None:
    # SQLite keeps no comments.
    if op.get_bind().dialect.name == 'postgresql':
        op.alter_column('labels', 'label_id', existing_nullable=False, comment=COMMENTS[which])
        op.create_table_comment('labels', TABLE_COMMENTS[which])


def upgrade() -> None:
    with op.batch_alter_table('labels', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('fk_labels_statement_id'), type_='foreignkey')
        for column in of_labels():
            batch_op.add_column(column)
        batch_op.create_unique_constraint(op.f(ONE_VERSION), ['statement_id', 'labelled_by', 'purpose', 'version'])
    _comment(1)
    op.create_table('samples',
    sa.Column('sample_id', sa.String(length=24), nullable=False, comment='Derived from statement and purpose: a statement is drawn once for each.'),
    sa.Column('statement_id', sa.String(length=24), nullable=False, comment='The statement to be labelled.'),
    sa.Column('document_id', sa.String(length=24), nullable=False, comment='Document it stands in.'),
    sa.Column('language', sa.String(length=3), nullable=False, comment='Language of the stratum.'),
    sa.Column('channel', _choice('official', 'press'), nullable=False, comment='Channel of the stratum.'),
    sa.Column('text_key', sa.String(length=24), nullable=False, comment='Hash of its text in normal form, by which the same text is known.'),
    sa.Column('purpose', _choice(*PURPOSES), nullable=False, comment='Random audit sample, or queue of what is worth learning.'),
    sa.Column('batch', sa.String(length=80), nullable=False, comment='ISO week of an audit, name of a round of the queue.'),
    sa.Column('position', sa.Integer(), nullable=False, comment='Order inside the batch, from 0, in which to ask.'),
    sa.Column('reason', _choice('random', 'margin', 'disagreement'), nullable=False, comment='Why it was drawn.'),
    sa.Column('inclusion_probability', sa.Float(), nullable=True, comment='Chance to be drawn at random; empty for what was chosen.'),
    sa.Column('model_id', sa.String(length=40), nullable=False, comment='The model that had judged it.'),
    sa.Column('supportive', sa.Float(), nullable=False, comment='Probability of the class when it was drawn; never shown to who labels.'),
    sa.Column('neutral', sa.Float(), nullable=False, comment='Probability of the class when it was drawn.'),
    sa.Column('restrictive', sa.Float(), nullable=False, comment='Probability of the class when it was drawn.'),
    sa.Column('no_signal', sa.Float(), nullable=False, comment='Probability of the class when it was drawn.'),
    sa.Column('drawn_at', sa.DateTime(timezone=True), nullable=False, comment='When.'),
    _check('samples', 'channel', ('official', 'press')),
    _check('samples', 'purpose', PURPOSES),
    _check('samples', 'reason', ('random', 'margin', 'disagreement')),
    sa.ForeignKeyConstraint(['document_id'], ['documents.document_id'], name=op.f('fk_samples_document_id')),
    sa.ForeignKeyConstraint(['model_id'], ['models.model_id'], name=op.f('fk_samples_model_id')),
    sa.PrimaryKeyConstraint('sample_id', name=op.f('pk_samples')),
    comment='Statements drawn for people to label.'
    )
    for columns in (['statement_id'], ['text_key'], ['purpose', 'batch']):
        op.create_index(op.f(f"ix_samples_{'_'.join(columns)}"), 'samples', columns)
    op.create_table('readings',
    sa.Column('statement_id', sa.String(length=24), nullable=False, comment='The statement to be read again.'),
    sa.Column('purpose', _choice(*PURPOSES), nullable=False, comment='Purpose for which it was labelled.'),
    sa.Column('reading', _choice('second', 'third'), nullable=False, comment='Second, blind; or third, which decides.'),
    sa.Column('assigned_to', sa.Text(), nullable=False, comment='Who is to read it; nobody who has read it before.'),
    sa.Column('assigned_at', sa.DateTime(timezone=True), nullable=False, comment='When.'),
    _check('readings', 'purpose', PURPOSES),
    _check('readings', 'reading', ('second', 'third')),
    sa.PrimaryKeyConstraint('statement_id', 'purpose', 'reading', name=op.f('pk_readings')),
    comment='Who reads a labelled statement again.'
    )


def downgrade() -> None:
    op.drop_table('readings')
    op.drop_table('samples')
    # The older form has one answer of a person, and a statement for each.
    op.execute('DELETE FROM labels WHERE withdrawn_at IS NOT NULL OR statement_id NOT IN (SELECT statement_id FROM statements)')
    op.execute(
        'DELETE FROM labels WHERE EXISTS (SELECT 1 FROM labels AS newer WHERE newer.statement_id = labels.statement_id '
        'AND newer.labelled_by = labels.labelled_by AND newer.purpose = labels.purpose AND newer.version > labels.version)'
    )
    _comment(0)
    with op.batch_alter_table('labels', schema=None) as batch_op:
        batch_op.drop_constraint(op.f(ONE_VERSION), type_='unique')
        for column in reversed(of_labels()):
            batch_op.drop_column(column.name)
        batch_op.create_foreign_key(op.f('fk_labels_statement_id'), 'statements', ['statement_id'], ['statement_id'])
