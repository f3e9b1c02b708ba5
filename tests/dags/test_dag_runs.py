from __future__ import annotations

import textwrap
from datetime import date
from pathlib import Path

import pytest
from airflow_environment import PROJECT, settings_of
from sqlalchemy import func, select

from analysis import catalogue, tables
from analysis.store import open_engine, reading

FLOW = ("collect", "classify", "index", "weekly_report")
CATALOGUE = """
[[source]]
id = "composed"
name = "Composed documents"
kind = "folder"
address = "{folder}"
channel = "official"

[[source]]
id = "gone"
name = "A folder that is not there"
kind = "folder"
address = "{folder}-gone"
channel = "official"
"""
DOCUMENTS = {
    "ftc-artificial-intelligence": (
        "2025-03-04",
        "FTC opens an inquiry into artificial intelligence assistants",
        "The Federal Trade Commission ordered seven makers of artificial intelligence assistants to hand over their "
        "safety tests. The Commission said that it will prohibit assistants that mislead children. Shares fell.",
    ),
    "commission-chips": (
        "2025-03-05",
        "European Commission approves aid for a chip plant",
        "The European Commission approved 900 million euros of aid for a semiconductor plant. The Commission welcomes "
        "the project and will speed up permits for further plants.",
    ),
    "csrc-platforms": (
        "2025-03-06",
        "CSRC supports listings of platform firms",
        "The China Securities Regulatory Commission said that it supports the listing of online platform firms. It "
        "will simplify the procedure and shorten the review.",
    ),
    "fca-crypto": (
        "2025-03-07",
        "FCA bans advertisements for crypto assets",
        "The Financial Conduct Authority banned advertisements for crypto assets that promise a return. It warned that "
        "firms which do not comply will be fined.",
    ),
}


@pytest.fixture(scope="module")
def composed(airflow, give_model, tmp_path_factory):
    """The four DAGs over a folder of four composed documents, beside a source that is not there; and their settings."""
    from airflow.dag_processing.dagbag import DagBag

    folder = tmp_path_factory.mktemp("composed")
    write_documents(folder / "documents")
    declare(folder / "catalogue", folder / "documents")
    with settings_of(folder, sources="composed") as own, pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalogue, "FOLDER", folder / "catalogue")
        catalogue.sources.cache_clear()
        give_model(own)
        yield DagBag(PROJECT / "dags").dags, own
    catalogue.sources.cache_clear()


@pytest.fixture(scope="module")
def reported(composed):
    """The runs of the four DAGs, one after the other as their assets would start them, by name."""
    dags, _own = composed
    return {name: dags[name].test(logical_date=None) for name in FLOW}


@pytest.fixture
def dags(composed):
    return composed[0]


@pytest.fixture
def own(composed):
    return composed[1]


def write_documents(folder: Path) -> None:
    folder.mkdir()
    for name, (day, title, text) in DOCUMENTS.items():
        front_matter = f"---\ntitle: {title}\ndate: {day}\nlanguage: en\n---\n\n"
        (folder / f"{name}.md").write_text(front_matter + textwrap.fill(text, 100), encoding="utf-8")


def declare(folder: Path, documents: Path) -> None:
    (folder / "sources").mkdir(parents=True)
    for path in catalogue.FOLDER.glob("*.toml"):
        (folder / path.name).write_bytes(path.read_bytes())
    (folder / "sources" / "composed.toml").write_text(CATALOGUE.format(folder=documents))


def state_of(run, task_id: str) -> str:
    return str(run.get_task_instance(task_id).state)


def row_count(own, table) -> int:
    with reading(open_engine(own.database_url)) as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def test_the_form_offers_the_catalogues_sources_and_chooses_those_of_the_settings(dags):
    form = dags["collect"].params
    assert form["sources"] == ["composed"]
    assert form.get_param("sources").schema["items"]["enum"] == ["composed", "gone"]
    assert form.get_param("sources").schema["values_display"]["gone"] == "A folder that is not there"
    assert form["offline"] is False


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("collect", {"sources": ["unknown"]}),
        ("collect", {"sources": []}),
        ("collect", {"offline": "yes"}),
        ("weekly_report", {"week": "last week"}),
        ("weekly_report", {"to": ["nobody"]}),
        ("weekly_report", {"send": "yes"}),
    ],
)
def test_a_form_with_a_wrong_entry_is_refused(dags, name, form):
    from airflow.sdk.exceptions import ParamValidationError

    with pytest.raises(ParamValidationError):
        dags[name].test(run_conf=form)


def test_the_four_dags_lead_from_documents_to_a_report(reported, own):
    assert {name: str(run.state) for name, run in reported.items()} == dict.fromkeys(FLOW, "success")
    assert [run.logical_date for run in reported.values()] == [None] * 4
    assert row_count(own, tables.documents) == len(DOCUMENTS)
    assert row_count(own, tables.signals) > 0
    with reading(open_engine(own.database_url)) as connection:
        (report,) = connection.execute(select(tables.reports)).all()
    assert report.week_on == date(2025, 3, 3)
    assert (own.home / report.page_path).is_file()


def test_each_asset_event_tells_what_its_run_wrote(reported, own):
    assert event_extra("documents") == {"documents": len(DOCUMENTS), "copies": 0, "rejected": 0, "failed_sources": []}
    assert event_extra("signals")["signals"] == row_count(own, tables.signals)
    assert event_extra("stance_index")["index_points"] == row_count(own, tables.stance_index) > 0


def event_extra(table: str) -> dict:
    """Return what the first event of a table's asset says."""
    from airflow.models.asset import AssetEvent, AssetModel
    from airflow.utils.session import create_session

    query = select(AssetEvent.extra).join(AssetModel, AssetModel.id == AssetEvent.asset_id)
    with create_session() as session:
        return session.scalars(query.where(AssetModel.name == table).order_by(AssetEvent.timestamp).limit(1)).one()


def test_no_mail_leaves_a_run_that_nobody_asked_to_send(reported, own, connected_mailbox):
    assert state_of(reported["weekly_report"], "make_report") == "success"
    assert state_of(reported["weekly_report"], "send_report") == "skipped"
    assert row_count(own, tables.deliveries) == 0
    assert connected_mailbox.received == []


def test_a_second_round_changes_no_row(reported, dags, own):
    before = {table.name: row_count(own, table) for table in tables.metadata.sorted_tables}
    for name in FLOW:
        assert str(dags[name].test(logical_date=None).state) == "success"
    assert {table.name: row_count(own, table) for table in tables.metadata.sorted_tables} == before


def test_one_failed_source_of_two_is_told_and_the_run_goes_on(reported, dags, own, caplog):
    run = dags["collect"].test(run_conf={"sources": ["composed", "gone"]})
    assert str(run.state) == "success"
    assert row_count(own, tables.documents) == len(DOCUMENTS)
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == [
        f"gone: {own.home.parent / 'documents'}-gone is not a folder that can be listed (No such file or directory): "
        "name one that holds documents"
    ]


def test_a_run_in_which_every_source_failed_is_a_failure(dags, caplog):
    # The second attempt comes after five minutes.
    dags["collect"].get_task("collect_documents").retries = 0
    run = dags["collect"].test(run_conf={"sources": ["gone"]})
    assert str(run.state) == "failed"
    assert "gone: " in caplog.text


def test_sending_reaches_each_reader_once(reported, dags, own, connected_mailbox):
    readers = ["one@example.org", "two@example.org"]
    for _ in range(2):
        run = dags["weekly_report"].test(run_conf={"send": True, "to": readers, "week": "2025-W10"})
        assert str(run.state) == "success"
    assert sorted(message["To"] for message in connected_mailbox.received) == readers


def test_a_reader_whose_mail_was_refused_is_told_and_the_others_have_it(reported, dags, connected_mailbox):
    readers = ["nobody@example.org", "three@example.org"]
    run = dags["weekly_report"].test(run_conf={"send": True, "to": readers})
    assert state_of(run, "make_report") == "success"
    assert state_of(run, "send_report") == "failed"
    assert [message["To"] for message in connected_mailbox.received] == ["three@example.org"]


def test_sending_without_a_connection_fails_and_the_report_stays(reported, dags, own):
    run = dags["weekly_report"].test(run_conf={"send": True, "to": ["four@example.org"]})
    assert state_of(run, "make_report") == "success"
    assert state_of(run, "send_report") == "failed"
