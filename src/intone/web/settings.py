"""What the page allows."""

from dataclasses import dataclass, replace
from pathlib import Path

from intone.errors import UsageError
from intone.web.hosts import host_of, is_loopback


@dataclass(frozen=True)
class WebSettings:
    """Limits of a page, over all of its processes; the defaults fit a person's own computer, and one process.

    `max_bytes` limits a whole request and `max_seconds` what is decoded from it. The requests that one process
    receives hold `held_bytes` in all, and `bodies_at_once` are received at the same time: the next is told to come
    back, before it is read. `at_once` recordings are analysed at the same time. `waiting` more may wait for at most
    `patience_s` seconds; the next is told to come back after `retry_after_s` seconds. A recording of more than
    `job_from_s` seconds for the network becomes a job: `jobs_at_once` run, `jobs_waiting` wait, of one client at
    most `jobs_a_client`; `listeners` follow the progress of one, and its answer is kept for `kept_s` seconds.
    Attributions are computed of at most `explained_s` seconds; the recordings of a reference have at most `reference_s`
    together. `annotation_bytes` limits an answer that is sent to be
    converted. `corrections` is the folder where clips are kept that a person corrected and agreed to keep: the first
    `corrections_s` seconds of each, `corrections_bytes` in all; None keeps none. `language` chooses the texts.

    `device`: whether browsers are given what they need to recognise by themselves.

    `host` is the address that the page listens on, and says with `allowed_hosts` which `Host` of a request is answered
    (`hosts`). `metrics`: whether /metrics is served; None serves it on a page that is `private`.
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
    reference_s: float = 300.0
    kept_s: float = 600.0
    annotation_bytes: int = 16_000_000
    corrections: Path | None = None
    corrections_s: float = 60.0
    corrections_bytes: int = 1_000_000_000
    language: str = "en"
    device: bool = True
    host: str = "127.0.0.1"
    allowed_hosts: tuple[str, ...] = ()
    metrics: bool | None = None

    def __post_init__(self) -> None:
        for name in self.allowed_hosts:
            if host_of(name) is None:
                raise UsageError(f"'{name}' names no host: give --allowed-host a name such as voice.example.org.")

    @property
    def private(self) -> bool:
        """Whether the page is for this machine alone: it listens on loopback, and answers for no other host."""
        return is_loopback(self.host) and not self.allowed_hosts

    def times(self, processes: int) -> "WebSettings":
        """The limits of so many processes: each more analyses one more, and one more long one; more may wait."""
        more = processes - 1
        return replace(self, at_once=self.at_once + more, waiting=self.waiting + 4 * more,
                       jobs_at_once=self.jobs_at_once + more, jobs_waiting=self.jobs_waiting + 3 * more,
                       jobs_a_client=self.jobs_a_client + 3 * more)
