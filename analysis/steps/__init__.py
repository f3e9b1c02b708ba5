"""One function a task: read, one stage, validate, write. In this order they are the plot."""

from analysis.steps.classify import classify, train
from analysis.steps.collect import collect
from analysis.steps.index import index
from analysis.steps.report import report
from analysis.steps.send import send

__all__ = ["classify", "collect", "index", "report", "send", "train"]
