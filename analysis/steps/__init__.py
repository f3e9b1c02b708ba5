"""One function a task: read, one stage, validate, write. In this order they are the plot."""

from analysis.steps.classify import classify
from analysis.steps.collect import collect, collect_from_archive
from analysis.steps.index import index
from analysis.steps.models import train
from analysis.steps.report import report
from analysis.steps.send import send

__all__ = ["classify", "collect", "collect_from_archive", "index", "report", "send", "train"]
