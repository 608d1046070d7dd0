"""Reads manual pages: roff source to blocks, blocks to what the page claims about its commands."""
