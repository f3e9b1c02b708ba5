"""The figures of the speed benchmark, on invented statements."""

from analysis.classify.model import Judgement
from benchmarks.stance_speed import Timing, lost, lost_to_figures, tell


def says(stance, *sectors):
    return Judgement(stance, {}, (stance,), 0.0, stance, dict.fromkeys(sectors, 1.0), [])


NOTHING = says("no_signal")


def test_the_rate_counts_all_statements_over_the_whole_path():
    assert Timing(0.5, 1.0, [says("neutral")] * 300).rate == 200


def test_what_is_skipped_loses_only_its_signals():
    everything = Timing(1, 1, [says("restrictive"), NOTHING, says("neutral"), says("supportive")])
    assert lost(everything, Timing(1, 1, [says("restrictive"), *[NOTHING] * 3])) == 0.5
    assert lost(everything, everything) == 0


def test_only_signals_with_a_sector_are_lost_to_figures():
    everything = Timing(1, 1, [says("restrictive", "fintech"), says("neutral"), says("no_signal", "fintech"), NOTHING])
    assert lost_to_figures(everything, Timing(1, 1, [NOTHING] * 4)) == 0.25
    assert lost_to_figures(everything, everything) == 0


def test_a_rate_is_printed_with_its_verdict(capsys):
    tell("whole path", 249.0, 250)
    assert capsys.readouterr().out.endswith("249  >= 250 MISS\n")
