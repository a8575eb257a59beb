"""Processes that hear, each at the other end of a pipe of its own.

Those of the usual pools share pipes and their locks: one that is killed in the wrong moment leaves a lock taken, or
half a message, and the others wait for ever. A pipe of its own ends with the process, whatever that was doing.
"""

import signal
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import connection, get_context

from intone.allocator import keep_memory
from intone.batch.work import Outcome, Question

Work = Callable[[Question, str], Outcome]
"""What a worker does with an address, importable where it runs."""


class WorkerDied(Exception):
    """A process that ended while it was hearing a recording."""


class Worker:
    """A process of this machine, which hears one recording at a time. It is ended with this one, or by `end`."""

    def __init__(self, work: Work, question: Question) -> None:
        context = get_context("spawn")  # not forked: a copy of a process whose threads hold locks can hang
        self.pipe, end = context.Pipe()
        self._process = context.Process(target=_serve, args=(end, work, question), daemon=True)
        self._process.start()
        end.close()  # the process has the only one now

    def ask(self, recording: str) -> None:
        """Hand out a recording, once the one before is answered."""
        with suppress(OSError):  # it has died since, which `answer` will say
            self.pipe.send(recording)

    def answer(self) -> Outcome:
        """What came of the recording, once it is there. Raises WorkerDied, and whatever the work raised."""
        try:
            found = self.pipe.recv()
        except (EOFError, OSError) as error:
            raise WorkerDied from error
        if isinstance(found, Exception):
            raise found
        outcome: Outcome = found
        return outcome

    def end(self) -> None:
        """End the process, also in the middle of a recording."""
        self._process.kill()
        self._process.join()
        self.pipe.close()


class Workers:
    """Workers that are started where none is idle, until `close`."""

    def __init__(self, work: Work, question: Question) -> None:
        self._work, self._question = work, question
        self._idle: list[Worker] = []
        self._hearing: dict[Worker, str] = {}

    @property
    def busy(self) -> int:
        """Recordings that are handed out."""
        return len(self._hearing)

    def ask(self, recording: str) -> None:
        """Hand out a recording to a worker that has none."""
        worker = self._idle.pop() if self._idle else Worker(self._work, self._question)
        self._hearing[worker] = recording
        worker.ask(recording)

    def answers(self) -> list[tuple[str, Outcome | None]]:
        """Wait for the next recordings; None for one whose worker died. Raises whatever the work raised."""
        found: list[tuple[str, Outcome | None]] = []
        ready = connection.wait([worker.pipe for worker in self._hearing])
        for worker in [one for one in self._hearing if one.pipe in ready]:
            recording = self._hearing.pop(worker)
            self._idle.append(worker)
            try:
                found.append((recording, worker.answer()))
            except WorkerDied:
                self._idle.pop().end()
                found.append((recording, None))
        return found

    def close(self) -> None:
        """End all of them, also in the middle of a recording."""
        for worker in (*self._idle, *self._hearing):
            worker.end()
        self._idle, self._hearing = [], {}


def _serve(pipe: "connection.Connection[Outcome | Exception, str]", work: Work, question: Question) -> None:
    """What the process does until the other end of its pipe is closed, as it also is by the death of that process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all processes of a terminal; the other ends this one
    keep_memory()
    with suppress(EOFError, OSError):
        while True:
            pipe.send(_tried(work, question, pipe.recv()))


def _tried(work: Work, question: Question, recording: str) -> Outcome | Exception:
    try:
        return work(question, recording)
    except Exception as error:
        return error
