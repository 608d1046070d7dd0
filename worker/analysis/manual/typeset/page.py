"""Lays out the source of a manual page, whichever macros it is written with."""

from __future__ import annotations

import re
from collections.abc import Callable

from worker.analysis.manual.typeset.blocks import Block
from worker.analysis.manual.typeset.man_macros import PACKAGE as MAN
from worker.analysis.manual.typeset.man_macros import lay_out_man
from worker.analysis.manual.typeset.mdoc import PACKAGE as MDOC
from worker.analysis.manual.typeset.mdoc import lay_out_mdoc
from worker.analysis.manual.typeset.roff import read_roff

_MDOC = re.compile(r"^\.[ \t]*(?:Dd|Dt|Sh)\b", re.MULTILINE)


def lay_out_page(source: str, include: Callable[[str], str | None] = lambda _: None) -> tuple[Block, ...]:
    """Give the blocks of a page; `include` gives another page by the name that this one calls it."""
    if _MDOC.search(source):
        return lay_out_mdoc(read_roff(source, MDOC, include))
    return lay_out_man(read_roff(source, MAN, include))
