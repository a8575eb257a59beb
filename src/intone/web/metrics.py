"""What a server counts for Prometheus: answers, refusals, seconds of sound, time, what runs, and bytes that are held.

Where several processes serve a page, each counts in files of the folder that PROMETHEUS_MULTIPROC_DIR named when
prometheus_client was imported (`gunicorn_server`), and any of them tells the sums: that is prometheus_client's own way.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector


class Measures:
    """The counts of one page. Nothing in them says who asked, or what was said.

    `active` tells how many long recordings are being analysed or wait. `together` is the folder of the counts of
    several processes, None where there is one.
    """

    def __init__(self, active: Callable[[], int], together: Path | None = None) -> None:
        self.registry = CollectorRegistry()
        self.registry.register(_Active(active))
        own = self.registry if together is None else None
        self.answers = Counter("intone_answers", "Recordings that were answered.", registry=own)
        self.refusals = Counter("intone_refusals", "Requests that were refused, by kind of problem.", ["problem"],
                                registry=own)
        self.sound = Counter("intone_sound_seconds", "Seconds of sound that were answered.", registry=own)
        self.time = Histogram("intone_answer_seconds", "Seconds from the decoded recording to its answer.",
                              buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300), registry=own)
        self.held = Gauge("intone_held_bytes", "Bytes of requests that are held.", registry=own,
                          multiprocess_mode="livesum")
        if together is not None:
            MultiProcessCollector(self.registry, str(together))  # type: ignore[no-untyped-call]  # it has no types

    @contextmanager
    def answering(self, seconds: float) -> Iterator[None]:
        """Count an answer about so many seconds of sound, unless it fails."""
        start = perf_counter()
        yield
        self.time.observe(perf_counter() - start)
        self.answers.inc()
        self.sound.inc(seconds)

    def text(self) -> bytes:
        """All of them, in Prometheus' text format."""
        return generate_latest(self.registry)


class _Active(Collector):
    """The long recordings that are being analysed or wait, counted when they are asked for."""

    def __init__(self, active: Callable[[], int]) -> None:
        self._active = active

    def collect(self) -> Iterator[GaugeMetricFamily]:
        yield GaugeMetricFamily("intone_jobs", "Long recordings that are being analysed or wait.", value=self._active())
