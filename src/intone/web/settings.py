"""What the page allows."""

from dataclasses import dataclass, replace
from pathlib import Path


@dataclass(frozen=True)
class WebSettings:
    """Limits of a page, over all of its processes; the defaults fit a person's own computer, and one process.

    `max_bytes` limits a whole request and `max_seconds` what is decoded from it. The requests that one process
    receives hold `held_bytes` in all, and `bodies_at_once` are received at the same time: the next is told to come
    back, before it is read. `at_once` recordings are analysed at the same time. `waiting` more may wait for at most
    `patience_s` seconds; the next is told to come back after `retry_after_s` seconds. A recording of more than
    `job_from_s` seconds for the network becomes a job: `jobs_at_once` run, `jobs_waiting` wait, of one client at
    most `jobs_a_client`; `listeners` follow the progress of one, and its answer is kept for `kept_s` seconds.
    Attributions are computed of at most `explained_s` seconds. `corrections` is the folder where clips are kept
    that a person corrected and agreed to keep; None keeps none. `language` chooses the texts.
    """

    max_bytes: int = 300_000_000
    held_bytes: int = 600_000_000
    bodies_at_once: int = 64
    max_seconds: float = 7500.0
    at_once: int = 2
    waiting: int = 8
    patience_s: float = 30.0
    retry_after_s: int = 5
    job_from_s: float = 60.0
    jobs_at_once: int = 1
    jobs_waiting: int = 3
    jobs_a_client: int = 3
    listeners: int = 32
    explained_s: float = 900.0
    kept_s: float = 600.0
    corrections: Path | None = None
    language: str = "en"

    def times(self, processes: int) -> "WebSettings":
        """The limits of so many processes: each more analyses one more, and one more long one; more may wait."""
        more = processes - 1
        return replace(self, at_once=self.at_once + more, waiting=self.waiting + 4 * more,
                       jobs_at_once=self.jobs_at_once + more, jobs_waiting=self.jobs_waiting + 3 * more,
                       jobs_a_client=self.jobs_a_client + 3 * more)
