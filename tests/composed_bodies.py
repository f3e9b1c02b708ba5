"""Three bodies with names that resemble each other, composed for tests of who speaks."""

from __future__ import annotations

from analysis.catalogue import Authority, Holder, Office
from analysis.statements.names import Names

BODIES = (
    Authority(
        id="us-ftc", jurisdiction="US", level="regulator",
        offices=(Office(id="us-ftc-chair", rank="head", title={}, holders=(Holder(names=("Lina Khan",)),)),),
        names={"en": ("Federal Trade Commission", "FTC"), "fr": ("autorité d'essai",)},
    ),
    Authority(id="us-fed", jurisdiction="US", level="central_bank", names={"en": ("Federal Trade Commission of Banks", "Fed")}),
    Authority(id="cn-samr", jurisdiction="CN", level="regulator", names={"en": ("SAMR",), "zh": ("市场监管总局",)}),
)  # fmt: skip
NAMES = Names(BODIES)
