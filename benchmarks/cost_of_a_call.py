"""What the sandbox adds to a call: the same program, sealed off and not, in one run.

python -m benchmarks.cost_of_a_call [PROGRAM]
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from statistics import median

from shared.models.call import Call, Limits
from shared.models.job import SandboxPolicy, ToolSpec
from worker.execution.bubblewrap import Bubblewrap
from worker.execution.probe import Unguarded

_TIMES = 40


def _median_ms(make_call: Callable[[], object]) -> float:
    taken = []
    for _ in range(_TIMES):
        began = time.perf_counter()
        make_call()
        taken.append((time.perf_counter() - began) * 1000)
    return median(taken)


def main(program: str = "true") -> None:
    """Print both medians and their ratio."""
    spec, call = ToolSpec(argv=(program.encode(),)), Call(argv=(b"--help",))
    plain = _median_ms(lambda: subprocess.run([program, "--help"], check=False, capture_output=True))
    with Bubblewrap().open(spec, SandboxPolicy(), Limits(), Unguarded()) as sandbox:
        sandbox.run(call)  # what is found out once does not belong to any call
        sealed = _median_ms(lambda: sandbox.run(call))
    print(f"{program} --help: plain {plain:.1f} ms, sealed {sealed:.1f} ms, ratio {sealed / plain:.1f}")


if __name__ == "__main__":
    main(*sys.argv[1:])
