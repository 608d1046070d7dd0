"""A container engine for one run, with an image in it, where root asks and no image was named."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from benchmarks.backends import IMAGE_WANTED
from tests.container_engine import make_image_of_tools, own_engine


@contextmanager
def engine() -> Iterator[None]:
    """Start one that nobody else uses; where that cannot be, whoever needs it says why."""
    with ExitStack() as stack:
        if not IMAGE_WANTED:
            try:
                address = stack.enter_context(own_engine())
            except pytest.skip.Exception:
                pass
            else:
                make_image_of_tools(address)
                stack.enter_context(_here(address))
        yield


@contextmanager
def _here(address: str) -> Iterator[None]:
    before = os.environ.get("DOCKER_HOST")
    os.environ["DOCKER_HOST"] = address
    try:
        yield
    finally:
        os.environ.pop("DOCKER_HOST")
        if before is not None:
            os.environ["DOCKER_HOST"] = before
