"""The figures of the speed benchmark, on invented statements."""

from analysis.classify.model import Judgement
from benchmarks.stance_speed import Timing, lost, tell


def says(stance):
    return Judgement(stance, {}, (stance,), 0.0, {}, [])


def test_the_rate_counts_all_statements_over_the_whole_path():
    assert Timing(0.5, 1.0, [says("neutral")] * 300).rate == 200


def test_what_is_skipped_loses_only_its_signals():
    everything = Timing(1, 1, [says("restrictive"), says("no_signal"), says("neutral"), says("supportive")])
    assert lost(everything, Timing(1, 1, [says("restrictive"), *[says("no_signal")] * 3])) == 0.5
    assert lost(everything, everything) == 0


def test_a_rate_is_printed_with_its_verdict(capsys):
    tell("whole path", 249.0, 250)
    assert capsys.readouterr().out.endswith("249  >= 250 MISS\n")
