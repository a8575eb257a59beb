"""What the page allows."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class WebSettings:
    """Limits of one application; the defaults fit a person's own computer.

    `max_bytes` limits a whole request and `max_seconds` what is decoded from it. `at_once` recordings are heard at the
    same time, `waiting` more may wait for at most `patience_s` seconds; the next is told to come back after
    `retry_after_s` seconds. A recording that puts more than `job_from_s` seconds of sound to the network becomes a job,
    of which `jobs_at_once` run and `jobs_waiting` wait; what one answered is kept for `kept_s` seconds. `corrections`
    is the folder where clips are kept that a person corrected and agreed to keep; None keeps none. `language` chooses
    the texts.
    """

    max_bytes: int = 300_000_000
    max_seconds: float = 7500.0
    at_once: int = 2
    waiting: int = 8
    patience_s: float = 30.0
    retry_after_s: int = 5
    job_from_s: float = 60.0
    jobs_at_once: int = 1
    jobs_waiting: int = 3
    kept_s: float = 600.0
    corrections: Path | None = None
    language: str = "en"
