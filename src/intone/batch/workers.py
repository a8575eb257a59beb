"""Worker processes, each at the other end of a pipe of its own.

In the usual pools, pipes outlive the workers that write to them: a worker that is killed while it answers leaves half a
message there, and the reader waits for the rest without end (so do concurrent.futures, loky, joblib and Pebble, also
with a pool for each worker). The pipe of a `Worker` ends with its process, whatever that was doing.
"""

import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from multiprocessing import connection, get_context

from intone.batch.work import Outcome, Question
from intone.parallel import WORKER, WorkerError, begin_worker, started_with

Work = Callable[[Question, str], Outcome]
"""What a worker does with an address; it must be importable where the worker runs."""


class WorkerDied(Exception):
    """A process that ended while it analysed a recording."""


class Worker:
    """A process of this machine, which analyses one recording at a time. It ends with this process, or by `end`.

    Raises WorkerError where it cannot be started.
    """

    def __init__(self, work: Work, question: Question) -> None:
        context = get_context("spawn")  # not forked: a copy of a process whose threads hold locks can hang
        try:
            self.pipe, end = context.Pipe()
            self.process = context.Process(target=_serve, args=(end, work, question), daemon=True)
            with started_with(**WORKER):
                self.process.start()
        except OSError as error:
            raise WorkerError(f"A worker process cannot be started ({error.strerror or error}): choose fewer --jobs, "
                              "and start again; what is done stays.") from error
        end.close()  # the process has the only one now
        self._begun = False

    def ask(self, recording: str) -> bool:
        """Hand out a recording, after the last one is answered; False where the process has died since."""
        try:
            self.pipe.send(recording)
        except OSError:
            return False
        return True

    def answer(self) -> Outcome:
        """The outcome of the recording, as soon as it is there.

        Raises WorkerDied, WorkerError where the process ended by itself before it could work, and what the work raised.
        """
        try:
            found = self.pipe.recv()
        except (EOFError, OSError) as error:
            self.process.join()
            if not self._begun and (self.process.exitcode or 0) > 0:  # a signal, as for lack of memory, is below 0
                raise WorkerError("A worker process ended before it could work, for the reason above: a script "
                                  "must begin its work below `if __name__ == \"__main__\":`.") from error
            raise WorkerDied from error
        self._begun = True
        if isinstance(found, Exception):
            raise found
        outcome: Outcome = found
        return outcome

    def end(self) -> None:
        """End the process, also in the middle of a recording."""
        self.process.kill()
        self.process.join()
        self.pipe.close()


class Workers:
    """Workers that are started where none is idle, until `close`."""

    def __init__(self, work: Work, question: Question) -> None:
        self._work, self._question = work, question
        self._idle: list[Worker] = []
        self._working: dict[Worker, str] = {}

    @property
    def busy(self) -> int:
        """The number of recordings that are handed out."""
        return len(self._working)

    def ask(self, recording: str) -> None:
        """Hand out a recording to a worker that has none."""
        while self._idle:
            if (worker := self._idle.pop()).ask(recording):
                break
            worker.end()
        else:
            worker = Worker(self._work, self._question)
            worker.ask(recording)
        self._working[worker] = recording

    def answers(self) -> Iterator[tuple[str, Outcome | None]]:
        """Wait for the next recordings; None for one whose worker died. Raises as `Worker.answer` does."""
        ready = connection.wait([worker.pipe for worker in self._working])
        for worker in [one for one in self._working if one.pipe in ready]:
            recording = self._working.pop(worker)
            self._idle.append(worker)
            try:
                outcome = worker.answer()
            except WorkerDied:
                self._idle.pop().end()
                outcome = None
            yield recording, outcome

    def close(self) -> None:
        """End all of them, also in the middle of a recording."""
        for worker in (*self._idle, *self._working):
            worker.end()
        self._idle, self._working = [], {}


def _serve(pipe: "connection.Connection[Outcome | Exception, str]", work: Work, question: Question) -> None:
    """What the process does until the other end of its pipe is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all processes of a terminal; the other ends this one
    begin_worker()
    with suppress(EOFError, OSError):
        while True:
            pipe.send(_tried(work, question, pipe.recv()))


def _tried(work: Work, question: Question, recording: str) -> Outcome | Exception:
    try:
        return work(question, recording)
    except Exception as error:
        return error
