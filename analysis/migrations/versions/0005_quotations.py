"""who is quoted where in a statement, and the rule that told whose position it is.

Revision: 0005, after 0004.
"""

import sqlalchemy as sa
from alembic import op


revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


OLD_RULES = ('name', 'speaker', 'context', 'publisher', 'none')
RULES = ('name', 'office', 'holder', 'quotation', 'pronoun', 'noun', 'report', 'turn', 'publisher', 'none')
TELLS = ('authority', 'organ', 'law', 'country', 'place')


def of_statements():
    return (
        sa.Column('office_id', sa.String(length=80), nullable=True, comment='Office of the authority that speaks, if one is told.'),
        sa.Column('quote_start', sa.Integer(), nullable=True, comment="First character of its direct quotation in the document's text, without the mark; empty without one."),
        sa.Column('quote_end', sa.Integer(), nullable=True, comment="Character after the quotation's last one."),
        sa.Column('jurisdiction', sa.String(length=2), nullable=True, comment="ISO 3166 alpha-2 or EU: the authority's, else of what the statement names; empty where nothing tells it."),
        sa.Column('jurisdiction_by', sa.String(length=9), nullable=True, comment='What tells the jurisdiction; empty where nothing does.'),
    )


COMMENTS = (
    'How the authority was found.',
    'Rule that told the authority: a name, a title of an office, its holder; a quotation, pronoun, general noun or report that goes on with one told elsewhere; a turn of questions and answers; the publisher; none.',
)


def _listed(words) -> str:
    return ', '.join(f"'{word}'" for word in words)


def _comment(words) -> None:
    # SQLite keeps no comments.
    if op.get_bind().dialect.name == 'postgresql':
        op.alter_column('statements', 'attributed_by', existing_nullable=False, comment=words)


def _rename(renamed) -> None:
    for new, condition in renamed:
        op.execute(f"UPDATE statements SET attributed_by = '{new}' WHERE {condition}")


def _allow(rules) -> None:
    with op.batch_alter_table('statements', schema=None) as batch_op:
        batch_op.create_check_constraint(op.f('ck_statements_attributed_by'), sa.text(f'attributed_by IN ({_listed(rules)})'))


def _allow_any() -> None:
    with op.batch_alter_table('statements', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('ck_statements_attributed_by'), type_='check')


def upgrade() -> None:
    _allow_any()
    # What went on from a sentence before was told by a pronoun, a noun or a quotation, which was not kept apart.
    _rename((('holder', "attributed_by = 'speaker'"), ('quotation', "attributed_by = 'context' AND is_quotation"), ('noun', "attributed_by = 'context'")))
    _allow(RULES)
    _comment(COMMENTS[1])
    for column in of_statements():
        op.add_column('statements', column)
    with op.batch_alter_table('statements', schema=None) as batch_op:
        batch_op.create_foreign_key(op.f('fk_statements_office_id'), 'offices', ['office_id'], ['office_id'])
        batch_op.create_check_constraint(op.f('ck_statements_jurisdiction_by'), sa.text(f'jurisdiction_by IN ({_listed(TELLS)})'))


def downgrade() -> None:
    with op.batch_alter_table('statements', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('ck_statements_jurisdiction_by'), type_='check')
        batch_op.drop_constraint(op.f('fk_statements_office_id'), type_='foreignkey')
        for column in reversed(of_statements()):
            batch_op.drop_column(column.name)
    _allow_any()
    _rename((('speaker', "attributed_by IN ('office', 'holder', 'turn')"), ('context', "attributed_by IN ('quotation', 'pronoun', 'noun', 'report')")))
    _allow(OLD_RULES)
    _comment(COMMENTS[0])
