"""stories beyond exact copies, changes and withdrawal of documents, turns of statements.

Revision: 0003, after 0002.
"""

import sqlalchemy as sa
from alembic import op


revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

OLD_KINDS = ('folder', 'feed', 'sitemap', 'list_page', 'api')
KINDS = (*OLD_KINDS, 'mail')

def of_documents():
    return (
        sa.Column('story_reason', sa.String(length=5), server_default='first', nullable=False, comment='Why it belongs there: the first of it, the same text, much of the same text, or the same event told anew.'),
        sa.Column('story_link', sa.String(length=24), nullable=True, comment='Document by which it came to the story; empty for the first.'),
        sa.Column('story_note', sa.Text(), nullable=True, comment='What the two have in common, in words; empty for the first.'),
        sa.Column('effective_on', sa.Date(), nullable=True, comment='Day from which what it says applies, where the text or its listing states one.'),
        sa.Column('event_on', sa.Date(), nullable=True, comment='Day of the meeting, hearing or speech it tells of, where that is stated.'),
        sa.Column('replacement_count', sa.Integer(), server_default='0', nullable=False, comment='Characters of the text that could not be decoded.'),
        sa.Column('notes', sa.Text(), nullable=True, comment='What of it could not be read, such as an attachment of a mail.'),
        sa.Column('changes', sa.Text(), nullable=True, comment='What is new against the revision before, as a unified diff; empty for the first.'),
        sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True, comment='When its page was found gone for good; the document stays.'),
    )


def of_statements():
    return (
        sa.Column('turn', sa.String(length=8), nullable=True, comment='Its part in questions and answers; empty outside them.'),
        sa.Column('asked_by', sa.Text(), nullable=True, comment='Who asks, in a question and in the answer to it, where the text tells.'),
    )


def of_fetches():
    return (
        sa.Column('entry_id', sa.Text(), nullable=True, comment='Identifier that the listing gives the document, where it is not its address.'),
        sa.Column('etag', sa.Text(), nullable=True, comment='Validator with which the page is asked for again.'),
        sa.Column('last_modified', sa.Text(), nullable=True, comment='Validator with which the page is asked for again.'),
    )

COMMENTS = (
    ('fetches', 'fetched_at', 'When it was asked for; for a file when its content was first seen.', 'When it was asked for; for a file when this content was first seen, or seen anew.'),
    ('documents', 'address_key', 'Derived from the canonical address, else from source, path and text; the same for all revisions.', "Derived from the first revision's address, else identifier, else publisher, title and date; the same for all."),
)
INDEXES = (('fetches', ['source_id', 'entry_id']), ('documents', ['fetch_id']))

CHOICES = (
    ('documents', 'story_reason', ('first', 'copy', 'text', 'event')),
    ('statements', 'turn', ('question', 'answer')),
)


def _listed(words) -> str:
    return ', '.join(f"'{word}'" for word in words)


def _allow_kinds(kinds) -> None:
    with op.batch_alter_table('sources', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('ck_sources_kind'), type_='check')
        batch_op.create_check_constraint(op.f('ck_sources_kind'), sa.text(f'kind IN ({_listed(kinds)})'))


def _comment(which: int) -> None:
    # SQLite keeps no comments.
    if op.get_bind().dialect.name == 'postgresql':
        for table, column, *words in COMMENTS:
            op.alter_column(table, column, existing_nullable=False, comment=words[which])


def upgrade() -> None:
    _allow_kinds(KINDS)
    _comment(1)
    for column in of_documents():
        op.add_column('documents', column)
    for column in of_statements():
        op.add_column('statements', column)
    for column in of_fetches():
        op.add_column('fetches', column)
    for table, columns in INDEXES:
        op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, columns)
    for table, column, words in CHOICES:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.create_check_constraint(op.f(f'ck_{table}_{column}'), sa.text(f'{column} IN ({_listed(words)})'))
    op.create_table('text_bands',
    sa.Column('band', sa.Integer(), autoincrement=False, nullable=False, comment='Number of the band.'),
    sa.Column('band_hash', sa.String(length=16), nullable=False, comment="Hash of the band's part of the MinHash signature."),
    sa.Column('document_id', sa.String(length=24), nullable=False, comment='Document whose text has it.'),
    sa.ForeignKeyConstraint(['document_id'], ['documents.document_id'], name=op.f('fk_text_bands_document_id')),
    sa.PrimaryKeyConstraint('band', 'band_hash', 'document_id', name=op.f('pk_text_bands')),
    comment='Where documents with much of the same text meet: those that share a band are compared.'
    )
    op.create_index(op.f('ix_text_bands_document_id'), 'text_bands', ['document_id'])
    op.create_table('paragraphs',
    sa.Column('publisher', sa.Text(), nullable=False, comment='Publisher, else the source.'),
    sa.Column('paragraph_hash', sa.String(length=24), nullable=False, comment='Hash of the paragraph in normal form.'),
    sa.Column('document_count', sa.Integer(), nullable=False, comment='Documents of the publisher that hold it.'),
    sa.PrimaryKeyConstraint('publisher', 'paragraph_hash', name=op.f('pk_paragraphs')),
    comment="Paragraphs that recur over a publisher's documents, which tell nothing of what two documents share."
    )


def downgrade() -> None:
    _comment(0)
    op.drop_table('paragraphs')
    op.drop_table('text_bands')
    for table, columns in INDEXES:
        op.drop_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table_name=table)
    for table, column, _ in CHOICES:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_constraint(op.f(f'ck_{table}_{column}'), type_='check')
    for table, columns in (('fetches', of_fetches()), ('statements', of_statements()), ('documents', of_documents())):
        with op.batch_alter_table(table, schema=None) as batch_op:
            for column in reversed(columns):
                batch_op.drop_column(column.name)
    _allow_kinds(OLD_KINDS)
