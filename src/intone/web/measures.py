"""What a server counts for Prometheus: answers, refusals, seconds of sound, time, and what runs."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Measures:
    """The counts of one application. Nothing in them says who asked, or what was heard."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.answers = Counter("intone_answers", "Recordings that were answered.", registry=self.registry)
        self.refusals = Counter("intone_refusals", "Requests that were refused, by kind of problem.", ["problem"],
                                registry=self.registry)
        self.sound = Counter("intone_sound_seconds", "Seconds of sound that were answered.", registry=self.registry)
        self.jobs = Gauge("intone_jobs", "Long recordings that are being heard or wait.", registry=self.registry)
        self.time = Histogram("intone_answer_seconds", "Seconds from the decoded recording to its answer.",
                              buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300), registry=self.registry)

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
