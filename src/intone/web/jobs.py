"""Long recordings: analysed one after the other, with progress, until they are done or cancelled.

Whoever starts a job gets an unguessable name for it. Any process of the page can tell about the job; the one that
received the recording analyses it. The answer is kept until the client deletes it, or for `kept_s` seconds; the
recording is gone as soon as it is analysed.
"""

import os
import secrets
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

from intone.errors import IntoneError
from intone.web.admission import Desk
from intone.web.store import Ledger

State = Literal["waiting", "running", "done", "failed", "cancelled"]
ENDED: tuple[State, ...] = ("done", "failed", "cancelled")


class UnknownJob(IntoneError):
    """There is no job of this name, or no more."""

    http_status = 404


class Lost(IntoneError):
    """A job whose process has ended."""

    http_status = 503


class _Cancelled(BaseException):
    """Raised within the work of a job that is no longer wanted: no Exception, for it is no failure."""


@dataclass(frozen=True)
class Job:
    """What is known of a job. `progress` is from 0 to 1.

    `told` is the answer when it is done, as its work wrote it; the problem when it failed, as `Jobs` has it.
    """

    name: str
    duration_s: float
    state: State = "waiting"
    progress: float = 0.0
    told: str | None = None


Work = Callable[[Callable[[float], None]], str]
"""What a job does; it is given a function to tell its progress, and returns the answer as text."""


class Jobs:
    """As many jobs run and wait as `desk` has places; the next is refused with a BusyError.

    `problem` is how the error of one that failed is told. In this process at most `listeners` follow jobs at the same
    time, since each keeps a thread.
    """

    def __init__(self, ledger: Ledger, desk: Desk, kept_s: float, problem: Callable[[Exception], str],
                 listeners: int = 32) -> None:
        self._ledger, self._desk, self._kept_s, self._problem = ledger, desk, kept_s, problem
        self._free, self._newest = threading.BoundedSemaphore(listeners), dict[str, object]()
        self._threads: weakref.WeakSet[threading.Thread] = weakref.WeakSet()
        self._beginning = threading.Lock()

    def start(self, work: Work, duration_s: float, client: str = "") -> Job:
        """Begin, or queue, the work about a recording of `duration_s` seconds; BusyError where it may not wait."""
        self._ledger.forget(self._kept_s)
        job = Job(secrets.token_urlsafe(16), duration_s)
        place = self._desk.stand(client)
        with self._ledger.change() as db:
            db.execute("INSERT INTO jobs (name, process, duration_s) VALUES (?, ?, ?)",
                       (job.name, os.getpid(), duration_s))
        thread = threading.Thread(target=self._run, args=(job.name, work, place), name="intone-job", daemon=True)
        with self._beginning:
            thread.start()
            self._threads.add(thread)
        return job

    def find(self, name: str) -> Job:
        """The job of a name, as it is now; UnknownJob where there is none."""
        self._ledger.forget(self._kept_s)
        found = self._ledger.ask("SELECT name, duration_s, state, progress, told FROM jobs WHERE name = ?", name)
        if not found:
            raise UnknownJob("There is no analysis of this name, or no more: send the recording again.")
        return Job(*found[0])

    def drop(self, name: str) -> None:
        """Cancel a job that runs, forget one that has ended; UnknownJob where there is none."""
        self.find(name)
        with self._ledger.change() as db:
            db.execute("DELETE FROM jobs WHERE name = ?", (name,))

    def follow(self, name: str, patience_s: float = 15.0) -> Iterator[Job]:
        """The job now, and again after every change, or every `patience_s` seconds without one, until it has ended.

        Its answer is left out. It ends before the job where another begins to follow the same job here, and at once
        where as many follow as may: whoever wants to know more asks again.
        """
        job = replace(self.find(name), told=None)
        yield job
        if not self._free.acquire(blocking=False):
            return
        own = self._newest[name] = object()
        self._ledger.wake()  # whoever followed it before ends now
        try:
            while job.state not in ENDED:
                self._ledger.wait_for(partial(self._moved, job, own), patience_s)
                if self._newest.get(name) is not own:
                    return
                job = self._glanced(job)
                yield job
        finally:
            self._free.release()
            if self._newest.get(name) is own:
                del self._newest[name]

    def forget_for_ever(self, every_s: float) -> None:
        """Forget again and again what has been kept for long enough, though nobody asks."""
        while True:
            time.sleep(every_s)
            self._ledger.forget(self._kept_s)

    def close(self) -> None:
        """Cancel what this process analyses or would analyse."""
        with self._ledger.change() as db:
            db.execute("DELETE FROM jobs WHERE process = ? AND ended IS NULL", (os.getpid(),))

    def join(self, patience_s: float) -> bool:
        """Wait until this process analyses none, for at most `patience_s` seconds; whether it does.

        A process must not end meanwhile: Python ends a thread that returns from the network's C++ in a way that C++
        takes for a crash.
        """
        until = time.monotonic() + patience_s
        with self._beginning:
            running = list(self._threads)
        for thread in running:
            thread.join(max(0.0, until - time.monotonic()))
        return not any(thread.is_alive() for thread in running)

    @property
    def active(self) -> int:
        """Jobs that run or wait."""
        return self._desk.taken

    def _moved(self, before: Job, own: object) -> bool:
        return self._newest.get(before.name) is not own or self._glanced(before) != before

    def _glanced(self, before: Job) -> Job:
        found = self._ledger.ask("SELECT state, progress FROM jobs WHERE name = ?", before.name)
        state, progress = found[0] if found else ("cancelled", before.progress)
        return replace(before, state=state, progress=progress)

    def _run(self, name: str, work: Work, place: int) -> None:
        try:
            self._ledger.wait_for(lambda: self._desk.seated(place) or not self._wanted(name))
            self._note(name, "state = 'running'")
            try:
                told = work(lambda progress: self._note(name, "progress = ?", min(1.0, progress)))
                self._end(name, "done", told)
            except Exception as error:  # whatever it is, whoever asks for the job is told
                self._end(name, "failed", self._problem(error))
        except _Cancelled:
            pass
        finally:
            self._desk.leave(place)

    def _end(self, name: str, state: State, told: str) -> None:
        self._note(name, "state = ?, told = ?, progress = iif(? = 'done', 1, progress), ended = ?",
                   state, told, state, time.monotonic())

    def _wanted(self, name: str) -> bool:
        return bool(self._ledger.ask("SELECT 1 FROM jobs WHERE name = ?", name))

    def _note(self, name: str, what: str, *values: object) -> None:
        """Change a job of this process; raises _Cancelled where it is no longer wanted."""
        with self._ledger.change() as db:
            if not db.execute(f"UPDATE jobs SET {what} WHERE name = ?", (*values, name)).rowcount:
                raise _Cancelled
