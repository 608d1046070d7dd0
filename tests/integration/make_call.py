"""Makes one call as the user that starts it; what to call comes as JSON on standard input, the result goes out so."""

from __future__ import annotations

import json
import sys
from contextlib import closing

from shared.interfaces.executor import Executor
from shared.models.call import Call, Limits
from shared.models.job import SandboxPolicy, ToolSpec
from tests.backends import made
from tests.fakes.executor import FakeGuard
from worker.execution.container_engine import found_engine
from worker.execution.docker import VARIANTS, Base, Docker, Variant

# Asked of an engine that somebody else has started.
_IN_IMAGES = {f"docker{variant.suffix}": variant for variant in VARIANTS}


def in_images(variant: Variant) -> Executor:
    return Docker(lambda: Base(found_engine(), variant))


def main() -> None:
    asked = json.load(sys.stdin)
    tool, call = ToolSpec.model_validate(asked["tool"]), Call.model_validate(asked["call"])
    policy, limits = SandboxPolicy.model_validate(asked["policy"]), Limits.model_validate(asked["limits"])
    name = asked["executor"]
    with (
        closing(in_images(_IN_IMAGES[name]) if name in _IN_IMAGES else made(name)) as executor,
        executor.open(tool, policy, limits, FakeGuard()) as sandbox,
    ):
        sys.stdout.write(sandbox.run(call).model_dump_json())


main()
