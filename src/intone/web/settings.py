"""What the page allows."""

from dataclasses import dataclass


@dataclass(frozen=True)
class WebSettings:
    """Limits of one application; the defaults fit a person's own computer.

    `max_bytes` limits a whole request and `max_seconds` what is decoded from it. `at_once` recordings are heard at the
    same time, `waiting` more may wait for at most `patience_s` seconds; the next is told to come back after
    `retry_after_s` seconds. `language` chooses the texts.
    """

    max_bytes: int = 100_000_000
    max_seconds: float = 600.0
    at_once: int = 2
    waiting: int = 8
    patience_s: float = 30.0
    retry_after_s: int = 5
    language: str = "en"
