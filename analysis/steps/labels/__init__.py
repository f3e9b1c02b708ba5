"""Labels from people at the database: drawing, answering, reading again, files, and what labels are used for.

Every function takes the engine of an upgraded database, so that a page calls it as the command line does.
"""

from analysis.steps.labels.answering import OpenItem, open_items, record, status, undo
from analysis.steps.labels.drawing import draw_week, fill_queue
from analysis.steps.labels.exchange import FORMATS, export_labels, import_labels
from analysis.steps.labels.reading import assign_reader, assign_second, assign_third, measure_agreement
from analysis.steps.labels.using import audit_labels, training_labels

__all__ = [
    "FORMATS",
    "OpenItem",
    "assign_reader",
    "assign_second",
    "assign_third",
    "audit_labels",
    "draw_week",
    "export_labels",
    "fill_queue",
    "import_labels",
    "measure_agreement",
    "open_items",
    "record",
    "status",
    "training_labels",
    "undo",
]
