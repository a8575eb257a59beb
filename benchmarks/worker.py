"""The other end of a worker's pipe: runs the same work whenever a line comes, and says what it took.

It imports nothing but Python's own, for the alternatives run it in their environment.
"""

import json
import os
import sys
import time
from collections.abc import Callable


def serve(work: Callable[[], object], times: float = 1.0) -> None:
    """Run `work` for every line on the standard input, until it is closed; what it prints goes to the standard error.

    `times` scales what is told, for a measure that stands for more or less of the same.
    """
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # libraries print
    print("ready", file=answers, flush=True)
    for _ in sys.stdin:
        begun, spent = time.perf_counter(), time.process_time()
        work()
        seconds, cpu_s = time.perf_counter() - begun, time.process_time() - spent
        print(json.dumps({"seconds": times * seconds, "cpu_s": times * cpu_s}), file=answers, flush=True)
