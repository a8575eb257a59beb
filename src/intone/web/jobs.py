"""Long recordings: heard one after the other, with progress, until they are done or cancelled.

A job is known by an unguessable name to whoever started it. What it answered is kept until it is fetched away, or for
`kept_s` seconds; the recording is gone as soon as it was heard.
"""

import secrets
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Generic, Literal, TypeVar

from intone.errors import IntoneError
from intone.web.desk import BusyError

Result = TypeVar("Result")
State = Literal["waiting", "running", "done", "failed", "cancelled"]
ENDED: tuple[State, ...] = ("done", "failed", "cancelled")


class UnknownJob(IntoneError):
    """There is no job of this name, or no more."""

    http_status = 404


class _Cancelled(Exception):
    """Raised within the work of a job that is no longer wanted."""


@dataclass
class Job(Generic[Result]):
    """What is known of a job. `progress` is from 0 to 1; `result` is there when it is done, `error` when it failed."""

    name: str
    duration_s: float
    state: State = "waiting"
    progress: float = 0.0
    result: Result | None = None
    error: Exception | None = None
    ended: float = field(default=0.0, repr=False)


Work = Callable[[Callable[[float], None]], Result]
"""What a job does; it is given a function to tell its progress."""


class Jobs(Generic[Result]):
    """`at_once` jobs run, `waiting` more wait; the next is refused with a BusyError."""

    def __init__(self, at_once: int, waiting: int, kept_s: float) -> None:
        self._most, self._kept_s = at_once + waiting, kept_s
        self._seats = threading.BoundedSemaphore(at_once)
        self._jobs: dict[str, Job[Result]] = {}
        self._changed = threading.Condition()

    def start(self, work: Work[Result], duration_s: float) -> Job[Result]:
        """Begin, or queue, the work about a recording of `duration_s` seconds."""
        with self._changed:
            self._forget()
            if sum(job.state not in ENDED for job in self._jobs.values()) >= self._most:
                raise BusyError
            job: Job[Result] = Job(secrets.token_urlsafe(16), duration_s)
            self._jobs[job.name] = job
        threading.Thread(target=self._run, args=(job, work), name="intone-job", daemon=True).start()
        return job

    def find(self, name: str) -> Job[Result]:
        """The job of a name; UnknownJob where there is none."""
        with self._changed:
            self._forget()
            if name not in self._jobs:
                raise UnknownJob("There is no analysis of this name, or no more: send the recording again.")
            return self._jobs[name]

    def drop(self, name: str) -> None:
        """Cancel a job that runs, forget one that has ended; UnknownJob where there is none."""
        job = self.find(name)
        with self._changed:
            if job.state not in ENDED:
                job.state, job.ended = "cancelled", time.monotonic()
            self._jobs.pop(name, None)
            self._changed.notify_all()

    def follow(self, name: str, patience_s: float = 15.0) -> Iterator[Job[Result]]:
        """The job now, and again after every change, or every `patience_s` seconds without one, until it has ended."""
        job = self.find(name)
        while True:
            before = (job.state, job.progress)
            yield job
            if before[0] in ENDED:
                return

            def moved(seen: tuple[State, float] = before) -> bool:
                return (job.state, job.progress) != seen

            with self._changed:
                self._changed.wait_for(moved, patience_s)

    def close(self) -> None:
        """Cancel everything."""
        for name in list(self._jobs):
            self.drop(name)

    @property
    def active(self) -> int:
        """Jobs that run or wait."""
        return sum(job.state not in ENDED for job in list(self._jobs.values()))

    def _run(self, job: Job[Result], work: Work[Result]) -> None:
        def tell(progress: float) -> None:
            with self._changed:
                if job.state == "cancelled":
                    raise _Cancelled
                job.progress = min(1.0, progress)
                self._changed.notify_all()

        with self._seats:
            if job.state == "cancelled":
                return
            self._move(job, "running")
            try:
                job.result = work(tell)
            except _Cancelled:
                return
            except Exception as error:  # whatever it is, whoever asks for the job is told
                job.error = error
            self._move(job, "failed" if job.error else "done")

    def _move(self, job: Job[Result], state: State) -> None:
        with self._changed:
            if job.state == "cancelled":
                return
            job.state = state
            if state in ENDED:
                job.ended, job.progress = time.monotonic(), 1.0 if state == "done" else job.progress
            self._changed.notify_all()

    def _forget(self) -> None:
        now = time.monotonic()
        for name, job in list(self._jobs.items()):
            if job.state in ENDED and now - job.ended > self._kept_s:
                del self._jobs[name]
