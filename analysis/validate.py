"""A table's promise against a frame: Great Expectations suite, good rows, rejected rows with the rule they broke."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy import Column, Date, Enum, Table

from analysis.errors import ValidationError
from analysis.tables import content_id

ROW = "row_number"


@dataclass(frozen=True)
class Breach:
    """A row that broke a rule: its position in the frame, the rule, and the rule in words with the value found."""

    position: int
    rule: str
    reason: str
    severity: str


@dataclass(frozen=True)
class Validated:
    """The rows that keep the table's promise, the breaches, and a row for `checks` a rule."""

    good: pd.DataFrame
    breaches: list[Breach]
    checks: list[dict[str, Any]]

    @property
    def rejecting(self) -> list[Breach]:
        """The breaches that cost a row: one a row, the first."""
        first: dict[int, Breach] = {}
        for breach in self.breaches:
            if breach.severity == "critical":
                first.setdefault(breach.position, breach)
        return list(first.values())


def validate(table: Table, frame: pd.DataFrame, partition: str, now: datetime) -> Validated:
    """Return which rows of the frame keep the promise of the table.

    Raises ValidationError when a column is missing or a rule cannot be applied: an error of the program, not of a row.
    """
    missing = [column.name for column in table.columns if column.name not in frame.columns]
    if missing:
        raise ValidationError(f"rows for {table.name} lack {', '.join(missing)}: the step before must give every column")
    if frame.empty:
        return Validated(frame, [], [])
    breaches, checks = [], []
    for result in _run(table, frame):
        breaches += (found := list(_breaches(result, frame)))
        checks.append(_check(result, table, partition, len(frame), len({breach.position for breach in found}), now))
    lost = {breach.position for breach in breaches if breach.severity == "critical"}
    good = frame.iloc[[position for position in range(len(frame)) if position not in lost]]
    return Validated(good, breaches, checks)


def expectations(table: Table) -> list[Any]:
    """Return the Great Expectations rules that the table's columns promise."""
    rules = [rule for column in table.columns for rule in _column_rules(column)]
    keys = [column.name for column in table.primary_key]
    expect = _great_expectations().expectations
    if len(keys) > 1:
        return [*rules, expect.ExpectCompoundColumnsToBeUnique(column_list=keys, severity="critical")]
    return [*rules, expect.ExpectColumnValuesToBeUnique(column=keys[0], severity="critical")]


def _column_rules(column: Column) -> Iterator[Any]:
    expect = _great_expectations().expectations
    name, info, severity = column.name, column.info, column.info.get("severity", "critical")
    if not column.nullable:
        yield expect.ExpectColumnValuesToNotBeNull(column=name, severity="critical")
    elif "wanted" in info:
        yield expect.ExpectColumnValuesToNotBeNull(column=name, severity=info["wanted"])
    if isinstance(column.type, Enum):
        yield expect.ExpectColumnValuesToBeInSet(column=name, value_set=list(column.type.enums), severity=severity)
    if "between" in info:
        low, high = (pd.Timestamp(bound) if isinstance(column.type, Date) and bound else bound for bound in info["between"])
        yield expect.ExpectColumnValuesToBeBetween(column=name, min_value=low, max_value=high, severity=severity)
    if "length" in info:
        low, high = info["length"]
        yield expect.ExpectColumnValueLengthsToBeBetween(column=name, min_value=low, max_value=high, severity=severity)
    if "pattern" in info:
        yield expect.ExpectColumnValuesToMatchRegex(column=name, regex=info["pattern"], severity=severity)
    if "above" in info:
        yield expect.ExpectColumnPairValuesAToBeGreaterThanB(column_A=name, column_B=info["above"], severity=severity)


def _great_expectations():
    # Imported late: it takes seconds. Silenced before, because it logs a line for each of its functions at import; one module
    # sets a level of its own and tells of each temporary folder.
    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    import great_expectations

    logging.getLogger("great_expectations.data_context.types.base").setLevel(logging.WARNING)
    return great_expectations


def _run(table: Table, frame: pd.DataFrame) -> list[Any]:
    gx = _great_expectations()
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    asset = context.data_sources.add_pandas("rows").add_dataframe_asset(table.name)
    suite = context.suites.add(gx.ExpectationSuite(name=table.name, expectations=expectations(table)))
    definition = gx.ValidationDefinition(name=table.name, data=asset.add_batch_definition_whole_dataframe("all"), suite=suite)
    outcome = context.validation_definitions.add(definition).run(
        batch_parameters={"dataframe": _comparable(table, frame)},
        result_format={"result_format": "COMPLETE", "unexpected_index_column_names": [ROW]},
    )
    for result in outcome.results:
        if result.exception_info.get("raised_exception") or not result.result:
            raise ValidationError(f"{table.name}: {_rule(result)} cannot be applied: {result.exception_info}")
    return outcome.results


def _comparable(table: Table, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the columns with rules, days as times, beside each row's position."""
    copy = pd.DataFrame({column.name: frame[column.name].to_numpy() for column in table.columns})
    for column in table.columns:
        if isinstance(column.type, Date):
            copy[column.name] = pd.to_datetime(copy[column.name])
    return copy.assign(**{ROW: range(len(copy))})


def _breaches(result: Any, frame: pd.DataFrame) -> Iterator[Breach]:
    if result.success:
        return
    rule, column = _rule(result), _column(result)
    for found in result.result["unexpected_index_list"]:
        position = int(found[ROW])
        value = str(frame.iloc[position][column]) if column in frame.columns else "a second row with the same key"
        yield Breach(position, rule, f"{rule.replace('_', ' ')}, found {value[:80]!r}", _severity(result))


def _rule(result: Any) -> str:
    kind = result.expectation_config.type.removeprefix("expect_").removeprefix("column_").removeprefix("values_")
    return f"{_column(result)}: {kind.removeprefix('to_')}"


def _column(result: Any) -> str:
    given = result.expectation_config.kwargs
    return given.get("column") or given.get("column_A") or "+".join(given["column_list"])


def _severity(result: Any) -> str:
    severity = result.expectation_config.severity
    return getattr(severity, "value", severity) or "critical"


def _check(result: Any, table: Table, partition: str, rows: int, breached: int, now: datetime) -> dict[str, Any]:
    rule = _rule(result)
    return {
        "check_id": content_id(table.name, partition, rule),
        "table_name": table.name,
        "partition": partition,
        "rule": rule,
        "severity": _severity(result),
        "is_met": bool(result.success),
        "row_count": rows,
        "breach_count": breached,
        "checked_at": now,
    }
