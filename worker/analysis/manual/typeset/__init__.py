"""Lays out roff source: what the macros of man and mdoc set, as blocks of text with fonts and indents."""
