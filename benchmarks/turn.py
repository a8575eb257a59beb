"""Runs a command, and prints what it took: seconds of the clock and of all cores, megabytes, and how it ended.

A small process between `contest` and the command, for Linux counts the memory of the process that starts another as
the other's (its `ru_maxrss` outlives exec): what starts a command must be smaller than any command.
"""

import json
import os
import sys
import time

if __name__ == "__main__":
    begun = time.perf_counter()
    child = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ, file_actions=[
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0), (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)])
    _, status, used = os.wait4(child, 0)
    print(json.dumps({"seconds": time.perf_counter() - begun, "cpu_s": used.ru_utime + used.ru_stime,
                      "memory_mb": used.ru_maxrss / 1024, "ended": os.waitstatus_to_exitcode(status)}))
