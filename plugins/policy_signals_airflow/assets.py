"""The tables that one DAG hands to the next, as Airflow assets."""

from __future__ import annotations

from airflow.sdk import Asset


def table(name: str) -> Asset:
    """Return the asset of one table of the flow."""
    return Asset(name=name, uri=f"policy://{name}", group="policy")


DOCUMENTS = table("documents")
SIGNALS = table("signals")
STANCE_INDEX = table("stance_index")
