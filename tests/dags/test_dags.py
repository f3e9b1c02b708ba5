from __future__ import annotations

import subprocess
import sys

import pytest
from airflow_environment import PROJECT

NAMES = {
    "collect": "1 · Collect",
    "classify": "2 · Classify",
    "index": "3 · Index",
    "weekly_report": "4 · Weekly report",
}
CHAIN = (
    ("collect", "documents", "classify"),
    ("classify", "signals", "index"),
    ("index", "stance_index", "weekly_report"),
)
HEAVY = ("great_expectations", "pandas", "plotly", "scipy", "sklearn")


@pytest.fixture(scope="module")
def dag_bag(airflow):
    from airflow.dag_processing.dagbag import DagBag

    return DagBag(PROJECT / "dags")


def test_each_file_gives_its_dag_without_an_error(dag_bag):
    from airflow.serialization.serialized_objects import DagSerialization

    assert dag_bag.import_errors == {}
    assert set(dag_bag.dags) == set(NAMES)
    for dag in dag_bag.dags.values():
        assert DagSerialization.to_dict(dag)["dag"]["dag_id"] == dag.dag_id


def test_parsing_loads_nothing_heavy(airflow):
    program = (
        "import runpy, sys; sys.path.insert(0, sys.argv[1]); "
        "[runpy.run_path(f'{sys.argv[2]}/{name}.py') for name in sys.argv[3].split()]; "
        "assert 'policy_signals_airflow.assets' in sys.modules; "
        "print(*[name for name in sys.argv[4:] if name in sys.modules])"
    )
    arguments = [PROJECT / "plugins", PROJECT / "dags", " ".join(NAMES), *HEAVY]
    ended = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, timeout=120)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.split() == []


@pytest.mark.parametrize(("name", "shown"), NAMES.items())
def test_each_dag_says_what_it_is_and_what_to_do_when_it_fails(dag_bag, name, shown):
    dag = dag_bag.dags[name]
    assert dag.dag_display_name == shown
    assert dag.owner == "policy-signals"
    assert len(dag.tags) == 2
    assert dag.description
    for part in ("**Reads**", "**Writes**", "**If it fails**"):
        assert part in dag.doc_md


@pytest.mark.parametrize("name", NAMES)
def test_only_collecting_waits_to_be_switched_on(dag_bag, name):
    dag = dag_bag.dags[name]
    assert dag.is_paused_upon_creation is (name == "collect")
    assert dag.catchup is False
    assert dag.max_active_runs == 1


@pytest.mark.parametrize(("upstream", "table", "downstream"), CHAIN)
def test_each_dag_starts_the_next_by_its_table(dag_bag, upstream, table, downstream):
    outlets = [asset for task in dag_bag.dags[upstream].tasks for asset in task.outlets]
    assert [(asset.name, asset.group) for asset in outlets] == [(table, "policy")]
    assert [asset.name for asset in dag_bag.dags[downstream].schedule] == [table]


def test_collecting_is_daily(dag_bag):
    from airflow.sdk import CronDataIntervalTimetable

    assert isinstance(dag_bag.dags["collect"].timetable, CronDataIntervalTimetable)
    assert dag_bag.dags["collect"].timetable.expression == "0 6 * * *"
    assert str(dag_bag.dags["collect"].timetable.timezone) == "UTC"


def test_no_mail_is_asked_for_unless_somebody_does(dag_bag):
    form = dag_bag.dags["weekly_report"].params
    assert form["send"] is False
    assert form["to"] == []
    assert form["week"] is None
