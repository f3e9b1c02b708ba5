"""branches and parents of authorities; offices and who held them.

Revision: 0004, after 0003.
"""

import sqlalchemy as sa
from alembic import op


revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

BRANCHES = ('executive', 'legislative', 'judicial', 'independent', 'party', 'supranational')
RANKS = ('head', 'deputy', 'spokesperson', 'member')


def _listed(words) -> str:
    return ', '.join(f"'{word}'" for word in words)


def upgrade() -> None:
    op.add_column('authorities', sa.Column('branch', sa.String(length=13), nullable=True, comment='Power of the state that it belongs to; empty where the catalogue tells none.'))
    op.add_column('authorities', sa.Column('parent_id', sa.String(length=80), nullable=True, comment='Body that it belongs to, if it does to one.'))
    with op.batch_alter_table('authorities', schema=None) as batch_op:
        batch_op.create_check_constraint(op.f('ck_authorities_branch'), sa.text(f'branch IN ({_listed(BRANCHES)})'))
        batch_op.create_foreign_key(op.f('fk_authorities_parent_id'), 'authorities', ['parent_id'], ['authority_id'])
    op.create_table('offices',
    sa.Column('office_id', sa.String(length=80), nullable=False, comment='Identifier from the catalogue, for example us-sec-chair.'),
    sa.Column('authority_id', sa.String(length=80), nullable=False, comment='Body that it belongs to.'),
    sa.Column('rank', sa.Enum(*RANKS, name=op.f('ck_offices_rank'), native_enum=False, create_constraint=True, length=12), nullable=False, comment='Place in the body of who holds it.'),
    sa.Column('title', sa.Text(), nullable=True, comment='What it is called in English; empty where it has no usual title.'),
    sa.ForeignKeyConstraint(['authority_id'], ['authorities.authority_id'], name=op.f('fk_offices_authority_id')),
    sa.PrimaryKeyConstraint('office_id', name=op.f('pk_offices')),
    comment='Offices whose holders speak for a public body, from the catalogue.'
    )
    op.create_index(op.f('ix_offices_authority_id'), 'offices', ['authority_id'])
    op.create_table('office_holders',
    sa.Column('holder_id', sa.String(length=24), nullable=False, comment='Derived from office, name, and how often the person held it before.'),
    sa.Column('office_id', sa.String(length=80), nullable=False, comment='The office.'),
    sa.Column('name', sa.Text(), nullable=False, comment='Name of the person, as the catalogue shows it.'),
    sa.Column('since_on', sa.Date(), nullable=True, comment='First day in office; empty when not known for certain.'),
    sa.Column('until_on', sa.Date(), nullable=True, comment='Last day in office; empty while there, or when not known for certain.'),
    sa.ForeignKeyConstraint(['office_id'], ['offices.office_id'], name=op.f('fk_office_holders_office_id')),
    sa.PrimaryKeyConstraint('holder_id', name=op.f('pk_office_holders')),
    comment='Who held an office, and when, from the catalogue.'
    )
    op.create_index(op.f('ix_office_holders_office_id'), 'office_holders', ['office_id'])


def downgrade() -> None:
    op.drop_table('office_holders')
    op.drop_table('offices')
    with op.batch_alter_table('authorities', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('fk_authorities_parent_id'), type_='foreignkey')
        batch_op.drop_constraint(op.f('ck_authorities_branch'), type_='check')
        batch_op.drop_column('parent_id')
        batch_op.drop_column('branch')
