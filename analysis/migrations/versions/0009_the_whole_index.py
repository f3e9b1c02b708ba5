"""the index at three scopes, corrected, with gap, volume, shifts, silence, novelty, deeds and speakers.

Revision: 0009, after 0008.
"""

import sqlalchemy as sa
from alembic import op


revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None

CHANNELS = ('official', 'press')
SECTORS = (
    'artificial_intelligence',
    'semiconductors',
    'online_platforms',
    'social_media',
    'fintech',
    'crypto_assets',
    'data_and_cloud',
    'cybersecurity',
    'telecommunications',
    'video_games',
    'mobility_and_robotics',
    'quantum_and_space',
    'technology_general',
)
ACTS = ('draft', 'guidance', 'rule', 'probe', 'fine', 'approval', 'support', 'speech', 'answer', 'none')
NEW_TABLES = ('instrument_changes', 'amplifications', 'deeds', 'index_weeks', 'language_changes', 'regimes', 'silences', 'stance_gaps', 'volumes', 'shift_stories', 'speaker_stances', 'novelties')
KEPT = ('week_on', 'window_weeks', 'jurisdiction', 'sector', 'channel', 'model_id', 'as_of_at', 'balance', 'balance_low', 'balance_high', 'tone_share', 'signal_rate', 'statement_count', 'document_count', 'effective_count', 'reason')


def make_stance_index() -> None:
    op.create_table('stance_index',
    sa.Column('week_on', sa.Date(), nullable=False, comment='Monday of the last ISO week of the window.'),
    sa.Column('window_weeks', sa.Integer(), nullable=False, comment='Length of the trailing window: 1, 4 or 13 weeks.'),
    sa.Column('scope', sa.Enum('authority', 'jurisdiction', 'sector', name=op.f('ck_stance_index_scope'), native_enum=False, create_constraint=True, length=12), nullable=False, comment="Whose figure it is: one authority's, or the line of a jurisdiction or a sector over its authorities."),
    sa.Column('authority_id', sa.String(length=80), nullable=False, comment='Authority; empty for the lines.'),
    sa.Column('jurisdiction', sa.String(length=2), nullable=False, comment='ISO 3166 alpha-2, EU, or empty for supranational bodies and for the line of a sector.'),
    sa.Column('sector', sa.Enum(*SECTORS, name=op.f('ck_stance_index_sector'), native_enum=False, create_constraint=True, length=23), nullable=False, comment='Sector.'),
    sa.Column('channel', sa.Enum(*CHANNELS, name=op.f('ck_stance_index_channel'), native_enum=False, create_constraint=True, length=8), nullable=False, comment='Official and press are never pooled.'),
    sa.Column('model_id', sa.String(length=40), nullable=False, comment='Model behind the signals.'),
    sa.Column('as_of_at', sa.DateTime(timezone=True), nullable=False, comment='Vintage: when this figure was computed; a figure is never overwritten.'),
    sa.Column('balance', sa.Float(), nullable=True, comment='(supportive - restrictive) / (supportive + neutral + restrictive); empty with a reason.'),
    sa.Column('balance_low', sa.Float(), nullable=True, comment='Lower end of its 90 % interval.'),
    sa.Column('balance_high', sa.Float(), nullable=True, comment='Upper end of its 90 % interval.'),
    sa.Column('corrected_balance', sa.Float(), nullable=True, comment="The balance freed of the classifier's errors; empty with a reason."),
    sa.Column('corrected_balance_low', sa.Float(), nullable=True, comment='Lower end of its 90 % interval.'),
    sa.Column('corrected_balance_high', sa.Float(), nullable=True, comment='Upper end of its 90 % interval.'),
    sa.Column('corrected_reason', sa.Enum('too_few_stories', 'no_signal_mass', 'audit_too_small', 'no_evaluation', 'drift_alarm', 'ill_conditioned', name=op.f('ck_stance_index_corrected_reason'), native_enum=False, create_constraint=True, length=15), nullable=True, comment='Why there is no corrected figure; empty when there is one.'),
    sa.Column('tone_share', sa.Float(), nullable=True, comment='Supportive and restrictive mass over directional mass: 1 when nothing is neutral.'),
    sa.Column('signal_rate', sa.Float(), nullable=True, comment="Share of the statements' mass that is not no_signal."),
    sa.Column('statement_count', sa.Integer(), nullable=False, comment='Statements in the cell, no_signal among them.'),
    sa.Column('document_count', sa.Integer(), nullable=False, comment='Documents in the cell.'),
    sa.Column('story_count', sa.Integer(), nullable=False, comment='Stories in the cell.'),
    sa.Column('effective_count', sa.Float(), nullable=False, comment='(sum w)^2 / sum w^2 over stories.'),
    sa.Column('date_count', sa.Integer(), nullable=False, comment='Days on which the stories began.'),
    sa.Column('share_of_weight_present', sa.Float(), nullable=False, comment='Weight of the authorities in the cell over that of those of the last 104 weeks.'),
    sa.Column('healthy_share', sa.Float(), nullable=True, comment='Share of the sources that answered, over the weeks of the window; empty where its documents are gone.'),
    sa.Column('equal_weight_balance', sa.Float(), nullable=True, comment='The balance with equal weights of all stories; empty with a reason.'),
    sa.Column('hard_label_balance', sa.Float(), nullable=True, comment='The balance of most probable stances; empty with a reason, or without any signal.'),
    sa.Column('is_fragile', sa.Boolean(), server_default=sa.false(), nullable=False, comment='Whether an interval excludes 0 and the sign is another in a variant or after the correction.'),
    sa.Column('reason', sa.Enum('too_few_stories', 'no_signal_mass', name=op.f('ck_stance_index_reason'), native_enum=False, create_constraint=True, length=15), nullable=True, comment='Why there is no figure; empty when there is one.'),
    sa.Column('gate', sa.Enum('too_few_effective', 'one_date', 'sources_not_healthy', 'interval_too_wide', name=op.f('ck_stance_index_gate'), native_enum=False, create_constraint=True, length=19), nullable=True, comment='Why the figure does not pass the publish gate: it is thin; empty when it passes.'),
    sa.ForeignKeyConstraint(['model_id'], ['models.model_id'], name=op.f('fk_stance_index_model_id')),
    sa.PrimaryKeyConstraint('week_on', 'window_weeks', 'scope', 'authority_id', 'jurisdiction', 'sector', 'channel', 'model_id', 'as_of_at', name=op.f('pk_stance_index')),
    comment='The stance index: a number with its interval and counts, for each week, window, scope, sector and channel.'
    )


def make_shifts() -> None:
    op.create_table('shifts',
    sa.Column('shift_id', sa.String(length=24), nullable=False, comment='Derived from cell, model and week.'),
    sa.Column('week_on', sa.Date(), nullable=False, comment='Monday of the last of the 4 weeks that differ from the 26 before.'),
    sa.Column('scope', sa.Enum('authority', 'jurisdiction', 'sector', name=op.f('ck_shifts_scope'), native_enum=False, create_constraint=True, length=12), nullable=False, comment="Whose it is: one authority's, or the line of a jurisdiction or a sector over its authorities."),
    sa.Column('authority_id', sa.String(length=80), nullable=False, comment='Authority; empty for the lines.'),
    sa.Column('jurisdiction', sa.String(length=2), nullable=False, comment='ISO 3166 alpha-2, EU, or empty for supranational bodies and for the line of a sector.'),
    sa.Column('sector', sa.Enum(*SECTORS, name=op.f('ck_shifts_sector'), native_enum=False, create_constraint=True, length=23), nullable=False, comment='Sector.'),
    sa.Column('channel', sa.Enum(*CHANNELS, name=op.f('ck_shifts_channel'), native_enum=False, create_constraint=True, length=8), nullable=False, comment='Official and press are never pooled.'),
    sa.Column('model_id', sa.String(length=40), nullable=False, comment='The model behind the figures.'),
    sa.Column('kind', sa.Enum('shift', 'instrument change', name=op.f('ck_shifts_kind'), native_enum=False, create_constraint=True, length=17), nullable=False, comment='`instrument change` where a model, source or parser changed in or just before the 4 weeks.'),
    sa.Column('change', sa.Float(), nullable=False, comment='Balance of the 4 weeks minus that of the 26 before: up to 2 in size.'),
    sa.Column('low', sa.Float(), nullable=False, comment='Lower end of its 90 % interval.'),
    sa.Column('high', sa.Float(), nullable=False, comment='Upper end of its 90 % interval.'),
    sa.Column('probability', sa.Float(), nullable=False, comment='Probability that the change is larger than 0.2, in either direction.'),
    sa.Column('p_value', sa.Float(), nullable=False, comment='How often chance alone makes a change as large, where there is none.'),
    sa.Column('q_value', sa.Float(), nullable=False, comment='Share of false ones among all changes of the run with a p value as small (Benjamini-Hochberg).'),
    sa.Column('level', sa.Enum('monitor', 'critical', name=op.f('ck_shifts_level'), native_enum=False, create_constraint=True, length=8), nullable=False, comment='How strong the case is.'),
    sa.Column('is_corrected', sa.Boolean(), nullable=False, comment='Whether change and probability are of the corrected balance.'),
    sa.Column('effective_count', sa.Float(), nullable=False, comment='(sum w)^2 / sum w^2 over the stories of the 4 weeks.'),
    sa.Column('before_count', sa.Float(), nullable=False, comment='The same over the stories of the 26 weeks before.'),
    sa.Column('as_of_at', sa.DateTime(timezone=True), nullable=False, comment='When it was found.'),
    sa.ForeignKeyConstraint(['model_id'], ['models.model_id'], name=op.f('fk_shifts_model_id')),
    sa.PrimaryKeyConstraint('shift_id', name=op.f('pk_shifts')),
    comment='Changes of the index that are larger than chance.'
    )


def make_new_tables() -> None:
    op.create_table('instrument_changes',
    sa.Column('change_id', sa.String(length=24), nullable=False, comment='Derived from kind, subject, day and note.'),
    sa.Column('changed_on', sa.Date(), nullable=False, comment='Day from which figures may differ for a reason other than policy.'),
    sa.Column('kind', sa.Enum('model', 'source', 'parser', name=op.f('ck_instrument_changes_kind'), native_enum=False, create_constraint=True, length=6), nullable=False, comment='What changed of what measures.'),
    sa.Column('subject', sa.Text(), nullable=False, comment='Identifier of the model or source.'),
    sa.Column('note', sa.Text(), nullable=False, comment='What changed, in words.'),
    sa.Column('mean_difference', sa.Float(), nullable=True, comment="Mean of the newer model's balance less the older one's over weeks that both read; empty if not compared."),
    sa.Column('difference_low', sa.Float(), nullable=True, comment='Lower end of its 90 % interval.'),
    sa.Column('difference_high', sa.Float(), nullable=True, comment='Upper end of its 90 % interval.'),
    sa.Column('week_count', sa.Integer(), nullable=True, comment='Weeks compared.'),
    sa.PrimaryKeyConstraint('change_id', name=op.f('pk_instrument_changes')),
    comment='Changes of models, sources and parsers, which may break a series without any change of policy.'
    )
    op.create_table('amplifications',
    sa.Column('story_id', sa.String(length=24), nullable=False, comment='The story.'),
    sa.Column('first_at', sa.DateTime(timezone=True), nullable=True, comment='When its first document was published; the start of the day where only that is known.'),
    sa.Column('copy_count', sa.Integer(), nullable=False, comment='Further documents within 72 hours of the first.'),
    sa.Column('publisher_count', sa.Integer(), nullable=False, comment='Publishers that carry it within 72 hours.'),
    sa.Column('language_count', sa.Integer(), nullable=False, comment='Languages in which it is carried within 72 hours.'),
    sa.Column('country_count', sa.Integer(), nullable=False, comment='Countries, or EU, of the sources that carry it within 72 hours; sources of unknown country left out.'),
    sa.Column('attention', sa.Float(), nullable=True, comment='log(1 + copies); empty with a reason.'),
    sa.Column('document_count', sa.Integer(), nullable=False, comment='Documents of the story that were known when this was measured.'),
    sa.Column('is_final', sa.Boolean(), nullable=False, comment='Whether the 72 hours were over when this was measured.'),
    sa.Column('reason', sa.Enum('no_date', name=op.f('ck_amplifications_reason'), native_enum=False, create_constraint=True, length=7), nullable=True, comment='Why there is no figure; empty when there is one.'),
    sa.ForeignKeyConstraint(['story_id'], ['stories.story_id'], name=op.f('fk_amplifications_story_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('story_id', name=op.f('pk_amplifications')),
    comment='How far each story is carried within 72 hours, whatever its stance.'
    )
    op.create_table('deeds',
    sa.Column('authority_id', sa.String(length=80), nullable=False, comment='Who speaks and acts.'),
    sa.Column('sector', sa.Enum(*SECTORS, name=op.f('ck_deeds_sector'), native_enum=False, create_constraint=True, length=23), nullable=False, comment='Sector.'),
    sa.Column('channel', sa.Enum(*CHANNELS, name=op.f('ck_deeds_channel'), native_enum=False, create_constraint=True, length=8), nullable=False, comment='Channel of the words; acts count whoever tells them.'),
    sa.Column('first_on', sa.Date(), nullable=False, comment='Day of the first words of the run.'),
    sa.Column('model_id', sa.String(length=40), nullable=False, comment='The model behind the signals.'),
    sa.Column('as_of_at', sa.DateTime(timezone=True), nullable=False, comment='Vintage: when this was computed; nothing is overwritten.'),
    sa.Column('last_on', sa.Date(), nullable=True, comment='Day of the last words of the run; empty when withdrawn, like all that follows but counts.'),
    sa.Column('due_on', sa.Date(), nullable=True, comment='Last day on which an act follows the words: 90 days after the last of them.'),
    sa.Column('words', sa.Enum('warm', 'cold', name=op.f('ck_deeds_words'), native_enum=False, create_constraint=True, length=4), nullable=True, comment='Whether the words lean towards the sector or against it.'),
    sa.Column('balance', sa.Float(), nullable=True, comment='Net balance of the words: that of their stories, each counted once.'),
    sa.Column('story_count', sa.Integer(), nullable=False, comment='Stories with such words.'),
    sa.Column('statement_count', sa.Integer(), nullable=False, comment='Statements with such words.'),
    sa.Column('outcome', sa.Enum('followed', 'acted_otherwise', 'no_act', 'open', 'withdrawn', name=op.f('ck_deeds_outcome'), native_enum=False, create_constraint=True, length=15), nullable=False, comment='followed: of the acts until due_on more lean as the words did than against them; acted_otherwise: there are acts, and they do not; no_act: there is none; open: due_on has not passed; withdrawn: the run is no longer found.'),
    sa.Column('act_count', sa.Integer(), nullable=False, comment='Stories that tell an act of the authority for the sector after first_on, until due_on.'),
    sa.Column('supportive_count', sa.Integer(), nullable=False, comment='Those whose act leans towards the sector.'),
    sa.Column('restrictive_count', sa.Integer(), nullable=False, comment='Those whose act leans against it.'),
    sa.Column('acts', sa.Text(), nullable=False, comment='Types of these acts, blank-separated; empty without one.'),
    sa.Column('first_act_on', sa.Date(), nullable=True, comment='Day of the first of these acts; empty without one.'),
    sa.ForeignKeyConstraint(['authority_id'], ['authorities.authority_id'], name=op.f('fk_deeds_authority_id')),
    sa.ForeignKeyConstraint(['model_id'], ['models.model_id'], name=op.f('fk_deeds_model_id')),
    sa.PrimaryKeyConstraint('authority_id', 'sector', 'channel', 'first_on', 'model_id', 'as_of_at', name=op.f('pk_deeds')),
    comment='Runs of warm or cold words of an authority about a sector, and what it did in the 90 days after.'
    )
    op.create_table('index_weeks',
    sa.Column('model_id', sa.String(length=40), nullable=False, comment='Model behind the signals.'),
    sa.Column('week_on', sa.Date(), nullable=False, comment='Monday of the last ISO week of the windows.'),
    sa.Column('fingerprint', sa.String(length=16), nullable=False, comment='Of all that their figures are made of: while it stays the same they are not computed again.'),
    sa.Column('computed_at', sa.DateTime(timezone=True), nullable=False, comment='When they were last computed.'),
    sa.ForeignKeyConstraint(['model_id'], ['models.model_id'], name=op.f('fk_index_weeks_model_id')),
    sa.PrimaryKeyConstraint('model_id', 'week_on', name=op.f('pk_index_weeks')),
    comment='What the index of each week was last computed from.'
    )
    op.create_table('language_changes',
    sa.Column('quarter_on', sa.Date(), nullable=False, comment='First day of the quarter that is judged.'),
    sa.Column('model_id', sa.String(length=40), nullable=False, comment='The model behind the sectors.'),
    sa.Column('jump', sa.Float(), nullable=True, comment="Logarithmic loss, in nats, with which the two years before let predict the quarter's sectors, above that with which they let predict a quarter of their own; empty with a reason."),
    sa.Column('jump_low', sa.Float(), nullable=True, comment='Lower end of the 90 % interval.'),
    sa.Column('jump_high', sa.Float(), nullable=True, comment='Upper end of the 90 % interval.'),
    sa.Column('has_changed', sa.Boolean(), nullable=True, comment='Whether the whole interval is above 0; empty with a reason.'),
    sa.Column('statement_count', sa.Integer(), nullable=False, comment='Official statements of the quarter.'),
    sa.Column('before_count', sa.Integer(), nullable=False, comment='Official statements of the two years before.'),
    sa.Column('reason', sa.Enum('too_few_statements', 'too_few_before', 'too_few_quarters', name=op.f('ck_language_changes_reason'), native_enum=False, create_constraint=True, length=18), nullable=True, comment='Why it is not judged.'),
    sa.Column('as_of_at', sa.DateTime(timezone=True), nullable=False, comment='When it was judged.'),
    sa.ForeignKeyConstraint(['model_id'], ['models.model_id'], name=op.f('fk_language_changes_model_id')),
    sa.PrimaryKeyConstraint('quarter_on', 'model_id', name=op.f('pk_language_changes')),
    comment='Whether the language of official statements changed: a second opinion that needs no stance label.'
    )
    op.create_table('regimes',
    sa.Column('scope', sa.Enum('authority', 'jurisdiction', 'sector', name=op.f('ck_regimes_scope'), native_enum=False, create_constraint=True, length=12), nullable=False, comment="Whose it is: one authority's, or the line of a jurisdiction or a sector over its authorities."),
    sa.Column('authority_id', sa.String(length=80), nullable=False, comment='Authority; empty for the lines.'),
    sa.Column('jurisdiction', sa.String(length=2), nullable=False, comment='ISO 3166 alpha-2, EU, or empty for supranational bodies and for the line of a sector.'),
    sa.Column('sector', sa.Enum(*SECTORS, name=op.f('ck_regimes_sector'), native_enum=False, create_constraint=True, length=23), nullable=False, comment='Sector.'),
    sa.Column('channel', sa.Enum(*CHANNELS, name=op.f('ck_regimes_channel'), native_enum=False, create_constraint=True, length=8), nullable=False, comment='Official and press are never pooled.'),
    sa.Column('model_id', sa.String(length=40), nullable=False, comment='The model behind the figures.'),
    sa.Column('found_on', sa.Date(), nullable=False, comment='Monday of the last week that was seen: later weeks may move a break or undo it, as another set of regimes.'),
    sa.Column('started_on', sa.Date(), nullable=False, comment='Monday of its first week with a figure.'),
    sa.Column('ended_on', sa.Date(), nullable=False, comment='Monday of its last week with a figure.'),
    sa.Column('mean', sa.Float(), nullable=False, comment='Mean of the 4-week balance.'),
    sa.Column('low', sa.Float(), nullable=False, comment="Lower end of the mean's 90 % interval."),
    sa.Column('high', sa.Float(), nullable=False, comment="Upper end of the mean's 90 % interval."),
    sa.Column('kind', sa.Enum('first', 'shift', 'instrument change', name=op.f('ck_regimes_kind'), native_enum=False, create_constraint=True, length=17), nullable=False, comment='What the break at its start is; `first` without one.'),
    sa.ForeignKeyConstraint(['model_id'], ['models.model_id'], name=op.f('fk_regimes_model_id')),
    sa.PrimaryKeyConstraint('scope', 'authority_id', 'jurisdiction', 'sector', 'channel', 'model_id', 'found_on', 'started_on', name=op.f('pk_regimes')),
    comment="Stretches of weeks between which a cell's balance lies at different levels."
    )
    op.create_table('silences',
    sa.Column('until_on', sa.Date(), nullable=False, comment='Last of the 28 days, a Sunday.'),
    sa.Column('authority_id', sa.String(length=80), nullable=False, comment='Authority that may be silent.'),
    sa.Column('sector', sa.String(length=80), nullable=False, comment='Sector, or `*` for all together.'),
    sa.Column('model_id', sa.String(length=40), nullable=False, comment='The model behind the sectors.'),
    sa.Column('expected', sa.Float(), nullable=True, comment='Statements that its own 104 weeks before let expect in 28 days, from the sources that are healthy now.'),
    sa.Column('seen_count', sa.Integer(), nullable=False, comment='Statements seen in the 28 days, from the same sources.'),
    sa.Column('probability', sa.Float(), nullable=True, comment='Probability of so few or fewer statements, were all as before; empty with a reason.'),
    sa.Column('adjusted', sa.Float(), nullable=True, comment='The same, adjusted for the number of cells judged: false discovery rate.'),
    sa.Column('is_silent', sa.Boolean(), nullable=False, comment='Whether so few are rarer than the declared false discovery rate admits.'),
    sa.Column('source_count', sa.Integer(), nullable=False, comment='Sources that brought its statements before and are healthy in all of the 28 days.'),
    sa.Column('reason', sa.Enum('source_died', 'past_too_short', 'too_few_expected', name=op.f('ck_silences_reason'), native_enum=False, create_constraint=True, length=16), nullable=True, comment='Why it is not judged; empty when it is. A source that died is never a silence.'),
    sa.Column('as_of_at', sa.DateTime(timezone=True), nullable=False, comment='When it was found.'),
    sa.ForeignKeyConstraint(['authority_id'], ['authorities.authority_id'], name=op.f('fk_silences_authority_id')),
    sa.ForeignKeyConstraint(['model_id'], ['models.model_id'], name=op.f('fk_silences_model_id')),
    sa.PrimaryKeyConstraint('until_on', 'authority_id', 'sector', 'model_id', name=op.f('pk_silences')),
    comment='Authorities that say less than their own past lets expect.'
    )
    op.create_table('stance_gaps',
    sa.Column('week_on', sa.Date(), nullable=False, comment='Monday of the last ISO week of the window.'),
    sa.Column('window_weeks', sa.Integer(), nullable=False, comment='Length of the trailing window: 1, 4 or 13 weeks.'),
    sa.Column('scope', sa.Enum('authority', 'jurisdiction', name=op.f('ck_stance_gaps_scope'), native_enum=False, create_constraint=True, length=12), nullable=False, comment="Whose figure it is: one authority's, or the line of a jurisdiction or a sector over its authorities."),
    sa.Column('authority_id', sa.String(length=80), nullable=False, comment='Authority; empty for the lines.'),
    sa.Column('jurisdiction', sa.String(length=2), nullable=False, comment='ISO 3166 alpha-2, EU, or empty for supranational bodies and for the line of a sector.'),
    sa.Column('sector', sa.Enum(*SECTORS, name=op.f('ck_stance_gaps_sector'), native_enum=False, create_constraint=True, length=23), nullable=False, comment='Sector.'),
    sa.Column('model_id', sa.String(length=40), nullable=False, comment='Model behind the signals.'),
    sa.Column('as_of_at', sa.DateTime(timezone=True), nullable=False, comment='Vintage: when this figure was computed; a figure is never overwritten.'),
    sa.Column('gap', sa.Float(), nullable=True, comment='Official minus press balance, up to 2 in size; empty with a reason.'),
    sa.Column('gap_low', sa.Float(), nullable=True, comment='Lower end of its 90 % interval.'),
    sa.Column('gap_high', sa.Float(), nullable=True, comment='Upper end of its 90 % interval.'),
    sa.Column('corrected_gap', sa.Float(), nullable=True, comment='The gap of the corrected balances; empty with a reason.'),
    sa.Column('corrected_gap_low', sa.Float(), nullable=True, comment='Lower end of its 90 % interval.'),
    sa.Column('corrected_gap_high', sa.Float(), nullable=True, comment='Upper end of its 90 % interval.'),
    sa.Column('corrected_reason', sa.Enum('no_official_figure', 'no_press_figure', 'too_few_stories', 'no_signal_mass', 'audit_too_small', 'no_evaluation', 'drift_alarm', 'ill_conditioned', name=op.f('ck_stance_gaps_corrected_reason'), native_enum=False, create_constraint=True, length=18), nullable=True, comment='Why there is no corrected gap; empty when there is one.'),
    sa.Column('official_effective_count', sa.Float(), nullable=False, comment='(sum w)^2 / sum w^2 over the official stories.'),
    sa.Column('press_effective_count', sa.Float(), nullable=False, comment='(sum w)^2 / sum w^2 over the stories of the press.'),
    sa.Column('reason', sa.Enum('no_official_figure', 'no_press_figure', name=op.f('ck_stance_gaps_reason'), native_enum=False, create_constraint=True, length=18), nullable=True, comment='Which side has no figure; empty when there is a gap.'),
    sa.Column('gate', sa.Enum('too_few_effective', 'one_date', 'sources_not_healthy', 'interval_too_wide', name=op.f('ck_stance_gaps_gate'), native_enum=False, create_constraint=True, length=19), nullable=True, comment='Why a side does not pass the publish gate; empty when both pass.'),
    sa.ForeignKeyConstraint(['model_id'], ['models.model_id'], name=op.f('fk_stance_gaps_model_id')),
    sa.PrimaryKeyConstraint('week_on', 'window_weeks', 'scope', 'authority_id', 'jurisdiction', 'sector', 'model_id', 'as_of_at', name=op.f('pk_stance_gaps')),
    comment='What authorities say against what the press makes of it: official minus press balance, never pooled.'
    )
    op.create_table('volumes',
    sa.Column('week_on', sa.Date(), nullable=False, comment='Monday of the last ISO week of the window.'),
    sa.Column('window_weeks', sa.Integer(), nullable=False, comment='Length of the trailing window: 1, 4 or 13 weeks.'),
    sa.Column('scope', sa.Enum('jurisdiction', 'sector', name=op.f('ck_volumes_scope'), native_enum=False, create_constraint=True, length=12), nullable=False, comment='Whose figure it is: the line of a jurisdiction in a sector, or of a sector.'),
    sa.Column('jurisdiction', sa.String(length=2), nullable=False, comment='ISO 3166 alpha-2, EU, or empty for supranational bodies and for the line of a sector.'),
    sa.Column('sector', sa.Enum(*SECTORS, name=op.f('ck_volumes_sector'), native_enum=False, create_constraint=True, length=23), nullable=False, comment='Sector.'),
    sa.Column('channel', sa.Enum(*CHANNELS, name=op.f('ck_volumes_channel'), native_enum=False, create_constraint=True, length=8), nullable=False, comment='Official and press are never pooled.'),
    sa.Column('model_id', sa.String(length=40), nullable=False, comment='The model behind the signals.'),
    sa.Column('as_of_at', sa.DateTime(timezone=True), nullable=False, comment='Vintage: when this figure was computed; a figure is never overwritten.'),
    sa.Column('volume', sa.Float(), nullable=True, comment="Signal stories over all stories of each source, in the source's own standard deviation, mean over the sources alive, 100 on average over the base window; empty with a reason."),
    sa.Column('source_count', sa.Integer(), nullable=False, comment='Sources behind the mean.'),
    sa.Column('signal_count', sa.Integer(), nullable=False, comment='Their stories that hold a signal of the cell, in the window.'),
    sa.Column('story_count', sa.Integer(), nullable=False, comment='All their stories in the window: the denominator.'),
    sa.Column('reason', sa.Enum('base_not_over', 'no_base', 'too_few_stories', 'no_source_alive', name=op.f('ck_volumes_reason'), native_enum=False, create_constraint=True, length=15), nullable=True, comment='Why there is no figure, empty when there is one; no_source_alive also where those that are had no story.'),
    sa.ForeignKeyConstraint(['model_id'], ['models.model_id'], name=op.f('fk_volumes_model_id')),
    sa.PrimaryKeyConstraint('week_on', 'window_weeks', 'scope', 'jurisdiction', 'sector', 'channel', 'model_id', 'as_of_at', name=op.f('pk_volumes')),
    comment='How much is said of a sector, against all that the same sources said: from the end of the base window on.'
    )
    op.create_table('shift_stories',
    sa.Column('shift_id', sa.String(length=24), nullable=False, comment='Shift.'),
    sa.Column('story_id', sa.String(length=24), nullable=False, comment='Story that moved it.'),
    sa.Column('influence', sa.Float(), nullable=False, comment='The change less the change without the story.'),
    sa.Column('rank', sa.Integer(), nullable=False, comment='1 for the one that moved it most.'),
    sa.ForeignKeyConstraint(['shift_id'], ['shifts.shift_id'], name=op.f('fk_shift_stories_shift_id')),
    sa.ForeignKeyConstraint(['story_id'], ['stories.story_id'], name=op.f('fk_shift_stories_story_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('shift_id', 'story_id', name=op.f('pk_shift_stories')),
    comment='Stories that moved a shift most.'
    )
    op.create_index(op.f('ix_shift_stories_story_id'), 'shift_stories', ['story_id'])
    op.create_table('speaker_stances',
    sa.Column('person', sa.Text(), nullable=False, comment='Name of the official, as the catalogue or the publication shows it.'),
    sa.Column('office_id', sa.String(length=80), nullable=False, comment='Office in which it was said.'),
    sa.Column('sector', sa.Enum(*SECTORS, name=op.f('ck_speaker_stances_sector'), native_enum=False, create_constraint=True, length=23), nullable=False, comment='Sector.'),
    sa.Column('channel', sa.Enum(*CHANNELS, name=op.f('ck_speaker_stances_channel'), native_enum=False, create_constraint=True, length=8), nullable=False, comment='Official and press are never pooled.'),
    sa.Column('year_on', sa.Date(), nullable=False, comment='First day of the calendar year in which it was said.'),
    sa.Column('model_id', sa.String(length=40), nullable=False, comment='The model behind the signals.'),
    sa.Column('as_of_at', sa.DateTime(timezone=True), nullable=False, comment='Vintage: when this was computed; nothing is overwritten.'),
    sa.Column('authority_id', sa.String(length=80), nullable=False, comment='Authority of the office.'),
    sa.Column('previous_office_id', sa.String(length=80), nullable=True, comment='Office that the person came from, as far as it is known; empty for the first one.'),
    sa.Column('balance', sa.Float(), nullable=True, comment='Net balance over stories, each counted once; empty with a reason.'),
    sa.Column('balance_low', sa.Float(), nullable=True, comment='Lower end of the 90 % interval.'),
    sa.Column('balance_high', sa.Float(), nullable=True, comment='Upper end of the 90 % interval.'),
    sa.Column('statement_count', sa.Integer(), nullable=False, comment='Statements of the person in this office, no_signal among them.'),
    sa.Column('effective_count', sa.Float(), nullable=False, comment='(sum w)^2 / sum w^2 over stories.'),
    sa.Column('first_on', sa.Date(), nullable=True, comment='Day of the first of these statements; empty when all are gone.'),
    sa.Column('last_on', sa.Date(), nullable=True, comment='Day of the last of them; empty when all are gone.'),
    sa.Column('reason', sa.Enum('too_few_stories', 'no_signal_mass', name=op.f('ck_speaker_stances_reason'), native_enum=False, create_constraint=True, length=15), nullable=True, comment='Why there is no figure; empty when there is one.'),
    sa.ForeignKeyConstraint(['authority_id'], ['authorities.authority_id'], name=op.f('fk_speaker_stances_authority_id')),
    sa.ForeignKeyConstraint(['model_id'], ['models.model_id'], name=op.f('fk_speaker_stances_model_id')),
    sa.ForeignKeyConstraint(['office_id'], ['offices.office_id'], name=op.f('fk_speaker_stances_office_id')),
    sa.ForeignKeyConstraint(['previous_office_id'], ['offices.office_id'], name=op.f('fk_speaker_stances_previous_office_id')),
    sa.PrimaryKeyConstraint('person', 'office_id', 'sector', 'channel', 'year_on', 'model_id', 'as_of_at', name=op.f('pk_speaker_stances')),
    comment='Stance per named official, office, sector and year: holders of public offices alone, in their own words.'
    )
    op.create_table('novelties',
    sa.Column('statement_id', sa.String(length=24), nullable=False, comment='The statement.'),
    sa.Column('novelty', sa.Float(), nullable=True, comment='1 - similarity with the nearest earlier statement: 0 is the same again; empty with a reason.'),
    sa.Column('nearest_id', sa.String(length=24), nullable=True, comment='The most similar statement of the same speaker, else authority, in the twelve months before it.'),
    sa.Column('compared_count', sa.Integer(), nullable=False, comment='Statements it was compared with.'),
    sa.Column('reason', sa.Enum('no_date', 'no_speaker', 'nothing_before', name=op.f('ck_novelties_reason'), native_enum=False, create_constraint=True, length=14), nullable=True, comment='Why there is no figure: no day is known, no speaker nor authority is, or neither spoke in the year before.'),
    sa.ForeignKeyConstraint(['nearest_id'], ['statements.statement_id'], name=op.f('fk_novelties_nearest_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['statement_id'], ['statements.statement_id'], name=op.f('fk_novelties_statement_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('statement_id', name=op.f('pk_novelties')),
    comment='How new each statement is against what the same speaker said in the twelve months before.'
    )
    op.create_index(op.f('ix_novelties_nearest_id'), 'novelties', ['nearest_id'])


def make_first_stance_index() -> None:
    op.create_table('stance_index',
    sa.Column('week_on', sa.Date(), nullable=False, comment='Monday of the last ISO week of the window.'),
    sa.Column('window_weeks', sa.Integer(), nullable=False, comment='Length of the trailing window: 1, 4 or 13 weeks.'),
    sa.Column('jurisdiction', sa.String(length=2), nullable=False, comment='ISO 3166 alpha-2, EU, or empty for supranational bodies.'),
    sa.Column('sector', sa.Enum(*SECTORS, name=op.f('ck_stance_index_sector'), native_enum=False, create_constraint=True, length=23), nullable=False, comment='Sector.'),
    sa.Column('channel', sa.Enum(*CHANNELS, name=op.f('ck_stance_index_channel'), native_enum=False, create_constraint=True, length=8), nullable=False, comment='Official and press are never pooled.'),
    sa.Column('model_id', sa.String(length=40), nullable=False, comment='The model behind the signals.'),
    sa.Column('as_of_at', sa.DateTime(timezone=True), nullable=False, comment='Vintage: when this figure was computed; a figure is never overwritten.'),
    sa.Column('balance', sa.Float(), nullable=True, comment='(supportive - restrictive) / (supportive + neutral + restrictive); empty with a reason.'),
    sa.Column('balance_low', sa.Float(), nullable=True, comment='Lower end of the 90 % interval.'),
    sa.Column('balance_high', sa.Float(), nullable=True, comment='Upper end of the 90 % interval.'),
    sa.Column('tone_share', sa.Float(), nullable=True, comment='Supportive and restrictive mass over directional mass: 1 when nothing is neutral.'),
    sa.Column('signal_rate', sa.Float(), nullable=True, comment="Share of the statements' mass that is not no_signal."),
    sa.Column('statement_count', sa.Integer(), nullable=False, comment='Statements in the cell, no_signal among them.'),
    sa.Column('document_count', sa.Integer(), nullable=False, comment='Documents in the cell.'),
    sa.Column('effective_count', sa.Float(), nullable=False, comment='(sum w)^2 / sum w^2 over stories.'),
    sa.Column('reason', sa.Enum('too_few_stories', 'no_signal_mass', name=op.f('ck_stance_index_reason'), native_enum=False, create_constraint=True, length=15), nullable=True, comment='Why there is no figure; empty when there is one.'),
    sa.ForeignKeyConstraint(['model_id'], ['models.model_id'], name=op.f('fk_stance_index_model_id')),
    sa.PrimaryKeyConstraint('week_on', 'window_weeks', 'jurisdiction', 'sector', 'channel', 'model_id', 'as_of_at', name=op.f('pk_stance_index')),
    comment='The stance index: a number with its interval and counts, for each week, window, jurisdiction, sector and channel.'
    )


def make_first_shifts() -> None:
    op.create_table('shifts',
    sa.Column('shift_id', sa.String(length=24), nullable=False, comment='Derived from series and week.'),
    sa.Column('week_on', sa.Date(), nullable=False, comment='Monday of the week in which the change shows.'),
    sa.Column('jurisdiction', sa.String(length=2), nullable=False, comment='ISO 3166 alpha-2, EU, or empty.'),
    sa.Column('sector', sa.Enum(*SECTORS, name=op.f('ck_shifts_sector'), native_enum=False, create_constraint=True, length=23), nullable=False, comment='Sector.'),
    sa.Column('channel', sa.Enum(*CHANNELS, name=op.f('ck_shifts_channel'), native_enum=False, create_constraint=True, length=8), nullable=False, comment='Channel.'),
    sa.Column('model_id', sa.String(length=40), nullable=False, comment='The model behind the figures.'),
    sa.Column('change', sa.Float(), nullable=False, comment='Change of the balance, newer minus older; up to 2 in size.'),
    sa.Column('probability', sa.Float(), nullable=False, comment='Probability that the change is larger than the declared threshold.'),
    sa.Column('level', sa.Enum('monitor', 'critical', name=op.f('ck_shifts_level'), native_enum=False, create_constraint=True, length=8), nullable=False, comment='How strong the case is.'),
    sa.Column('as_of_at', sa.DateTime(timezone=True), nullable=False, comment='When it was found.'),
    sa.ForeignKeyConstraint(['model_id'], ['models.model_id'], name=op.f('fk_shifts_model_id')),
    sa.PrimaryKeyConstraint('shift_id', name=op.f('pk_shifts')),
    comment='Changes of the index that are larger than chance.'
    )


def upgrade() -> None:
    listed = ', '.join(f"'{word}'" for word in ACTS)
    op.add_column('statements', sa.Column('act', sa.String(length=max(map(len, ACTS))), nullable=True, comment='An act of the authority that is done, a speech, an answer, or none of these; empty: not asked yet.'))
    with op.batch_alter_table('statements', schema=None) as batch_op:
        batch_op.create_check_constraint(op.f('ck_statements_act'), sa.text(f'act IN ({listed})'))
    names = ', '.join(KEPT)
    # Vintages stay: what was published is never lost. Their points were lines of jurisdictions, uncorrected.
    op.execute(f'CREATE TABLE stance_index_before AS SELECT {names} FROM stance_index')
    op.drop_table('stance_index')
    make_stance_index()
    op.execute(
        f"INSERT INTO stance_index ({names}, scope, authority_id, story_count, date_count, share_of_weight_present, "
        f"corrected_reason, gate) SELECT {names}, 'jurisdiction', '', CAST(effective_count AS INTEGER), 0, 1, "
        "COALESCE(reason, 'audit_too_small'), "
        "CASE WHEN reason IS NULL AND effective_count < 30 THEN 'too_few_effective' END FROM stance_index_before"
    )
    op.drop_table('stance_index_before')
    # Nothing ever wrote a shift.
    op.drop_table('shifts')
    make_shifts()
    make_new_tables()


def downgrade() -> None:
    for name in reversed(NEW_TABLES):
        op.drop_table(name)
    op.drop_table('shifts')
    names = ', '.join(KEPT)
    op.execute(
        f"CREATE TABLE stance_index_after AS SELECT {names} FROM stance_index "
        "WHERE scope = 'jurisdiction'"
    )
    op.drop_table('stance_index')
    make_first_stance_index()
    op.execute(f'INSERT INTO stance_index ({names}) SELECT {names} FROM stance_index_after')
    op.drop_table('stance_index_after')
    make_first_shifts()
    with op.batch_alter_table('statements', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('ck_statements_act'), type_='check')
        batch_op.drop_column('act')

