"""What is asked of glibc's allocator has its effect."""

import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it is about glibc")


def test_a_worker_of_dask_keeps_the_memory_that_it_frees():
    again = """
import resource, sys
import numpy as np
from intone.parallel import keep_memory
if sys.argv[1] == "keep":
    keep_memory()
def use():
    for _ in range(50):
        np.ones(250_000)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt
before = use()
print(use() - before)
"""
    environment = {**os.environ, "MALLOC_TRIM_THRESHOLD_": "65536"}  # as Dask starts its workers
    faults = [int(subprocess.run([sys.executable, "-c", again, way], env=environment, capture_output=True, check=True).stdout)
              for way in ("as it is", "keep")]
    assert faults[1] < faults[0] / 10


def test_threads_share_what_they_free():
    script = """
import ctypes, sys, threading
from intone.parallel import share_memory
if sys.argv[1] == "share":
    share_memory()
libc = ctypes.CDLL("libc.so.6")
libc.malloc.restype = ctypes.c_void_p
heaps = set()
def use(all_here):
    heaps.add(libc.malloc(1000) >> 26)  # an arena other than the first has a heap of 64 MB, which begins at a multiple of it
    all_here.wait()
all_here = threading.Barrier(12)
threads = [threading.Thread(target=use, args=[all_here]) for _ in range(12)]
for one in threads: one.start()
for one in threads: one.join()
print(len(heaps))
"""
    environment = {name: value for name, value in os.environ.items() if name != "MALLOC_ARENA_MAX"}
    heaps = [int(subprocess.run([sys.executable, "-c", script, way], env=environment, capture_output=True, check=True).stdout)
             for way in ("as it is", "share")]
    assert heaps[1] <= 2 < heaps[0]
