"""One function a task: read, one stage, validate, write. In this order they are the plot."""

from analysis.steps.acted import weigh_deeds
from analysis.steps.activity import measure_activity
from analysis.steps.classify import classify
from analysis.steps.collect import collect, collect_from_archive
from analysis.steps.index import index, index_as_of, index_revisions
from analysis.steps.models import train
from analysis.steps.report import report
from analysis.steps.send import send
from analysis.steps.shifts import find_shifts
from analysis.steps.trends import trends

__all__ = [
    "classify", "collect", "collect_from_archive", "find_shifts", "index", "index_as_of", "index_revisions", "measure_activity",
    "report", "send", "train", "trends", "weigh_deeds",
]  # fmt: skip
