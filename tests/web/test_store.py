"""What several processes share: two ledgers of one file stand for two of them."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from intone.web.admission import BusyError, Desk
from intone.web.jobs import Jobs
from intone.web.store import Ledger


@pytest.fixture
def two(tmp_path: Path) -> Iterator[tuple[Ledger, Ledger]]:
    yield Ledger(tmp_path / "ledger"), Ledger(tmp_path / "ledger")


def test_places_count_over_both(two: tuple[Ledger, Ledger]) -> None:
    one, other = (Desk(ledger, "answers", at_once=1, waiting=1) for ledger in two)
    first, second = one.stand(), other.stand()
    assert one.seated(first) and not other.seated(second)
    for desk in (one, other):
        assert desk.taken == 2
        with pytest.raises(BusyError):
            desk.stand()
        assert Desk(two[0], "another", 1, 0).taken == 0
    one.leave(first)
    assert other.seated(second) and one.taken == 1


def test_who_came_first_is_seated_first(two: tuple[Ledger, Ledger]) -> None:
    one, other = (Desk(ledger, "answers", at_once=1, waiting=2) for ledger in two)
    places = [one.stand(), other.stand(), one.stand()]
    for place in places:
        assert [one.seated(each) for each in places[places.index(place):]] == [True, *[False] * (2 - places.index(place))]
        other.leave(place)


def test_who_waits_is_woken_by_another_process(two: tuple[Ledger, Ledger]) -> None:
    one, other = (Desk(ledger, "answers", at_once=1, waiting=1) for ledger in two)
    first, seated = one.stand(), threading.Event()

    def wait() -> None:
        with other.place(20):
            seated.set()

    waiting = threading.Thread(target=wait)
    waiting.start()
    assert not seated.wait(0.1)
    one.leave(first)
    assert seated.wait(20)
    waiting.join()


def test_a_job_of_one_is_followed_and_cancelled_from_the_other(two: tuple[Ledger, Ledger]) -> None:
    one, other = (Jobs(ledger, Desk(ledger, "jobs", 1, 1), 60, repr) for ledger in two)
    go_on, told = threading.Semaphore(0), []

    def work(tell) -> str:
        for share in (0.25, 0.5, 0.75):
            assert go_on.acquire(timeout=20)
            tell(share)
            told.append(share)
        return "done"

    job = one.start(work, 9.0)
    steps = other.follow(job.name)
    seen = next(steps)
    while seen.progress < 0.5:
        go_on.release()
        seen = next(steps)
        assert seen.duration_s == 9 and seen.state in ("waiting", "running")
    other.drop(job.name)
    assert next(steps).state == "cancelled"
    go_on.release(3)
    assert two[0].wait_for(lambda: one.active == 0, 20)
    assert 0.75 not in told


def test_a_process_that_has_ended_is_buried(two: tuple[Ledger, Ledger]) -> None:
    jobs, desk = Jobs(two[0], Desk(two[0], "jobs", 1, 1), 60, repr), Desk(two[0], "answers", 1, 1)
    done = jobs.start(lambda tell: "the answer", 1.0)
    assert [job.state for job in jobs.follow(done.name)][-1] == "done"
    desk.stand()
    with two[0].change() as db:
        db.execute("INSERT INTO jobs (name, process, duration_s) VALUES ('theirs', 77, 2)")
        db.execute("UPDATE places SET process = 77")
    two[1].bury(77, "why")
    assert (jobs.find("theirs").state, jobs.find("theirs").told) == ("failed", "why")
    assert (jobs.find(done.name).state, jobs.find(done.name).told) == ("done", "the answer")
    assert desk.taken == 0
    assert next(jobs.follow("theirs")).state == "failed"


def test_what_fails_is_undone(two: tuple[Ledger, Ledger]) -> None:
    with pytest.raises(ZeroDivisionError), two[0].change() as db:
        db.execute("INSERT INTO places (desk, process) VALUES ('answers', 1)")
        raise ZeroDivisionError
    assert two[1].ask("SELECT * FROM places") == []
    with two[1].change() as db:  # and nobody is locked out
        db.execute("INSERT INTO places (desk, process) VALUES ('answers', 1)")


def test_an_answer_for_which_there_is_no_room_has_failed(two: tuple[Ledger, Ledger]) -> None:
    jobs = Jobs(two[0], Desk(two[0], "jobs", 1, 1), 60, lambda error: type(error).__name__)
    two[0].ask("PRAGMA max_page_count = 20")
    job = jobs.start(lambda tell: 1_000_000 * "x", 1.0)
    assert [one.state for one in jobs.follow(job.name)][-1] == "failed"
    assert jobs.find(job.name).told == "OperationalError"
    assert two[0].wait_for(lambda: jobs.active == 0, 20)


def test_free_seats_go_to_everyone_in_turn(two: tuple[Ledger, Ledger]) -> None:
    desk, also = (Desk(ledger, "jobs", 2, 10) for ledger in two)
    first = [desk.stand("one") for _ in range(4)]
    assert [desk.seated(place) for place in first] == [True, True, False, False]
    other, third = also.stand("another"), desk.stand("third")
    assert not also.seated(other)
    desk.leave(first[0])
    assert not desk.seated(first[2])  # "one" has a seat already
    assert not desk.seated(third)  # and "another" came before
    assert also.seated(other)
    desk.leave(first[1])
    assert not desk.seated(first[3])
    assert desk.seated(first[2])  # now it is the first place of "one", and older than that of "third"
    assert desk.seated(first[2]) and not desk.seated(third)
    also.leave(other)
    assert desk.seated(third)


def test_a_client_leaves_places_for_others(two: tuple[Ledger, Ledger]) -> None:
    desk = Desk(two[0], "jobs", 1, 3, a_client=3)
    for _ in range(3):
        desk.stand("one")
    with pytest.raises(BusyError):
        desk.stand("one")
    desk.stand("another")
    with pytest.raises(BusyError):
        desk.stand("third")


def test_another_that_follows_takes_the_place_of_the_first(two: tuple[Ledger, Ledger]) -> None:
    leave = threading.Event()
    jobs = Jobs(two[0], Desk(two[0], "jobs", 1, 1), 60, repr, listeners=2)
    job = jobs.start(lambda tell: str(leave.wait(20)), 1.0)
    seen: list[str] = []
    first = threading.Thread(target=lambda: seen.extend(one.state for one in jobs.follow(job.name)))
    first.start()
    assert two[0].wait_for(lambda: bool(jobs._newest), 20)
    second = jobs.follow(job.name)
    next(second)
    taken = threading.Thread(target=lambda: [next(second), second.close()])
    taken.start()
    first.join(20)
    assert not first.is_alive() and "done" not in seen
    leave.set()
    taken.join(20)
    assert not jobs._newest and [one.state for one in jobs.follow(job.name)][-1] == "done"


def test_more_than_may_follow_are_told_once(two: tuple[Ledger, Ledger]) -> None:
    leave = threading.Event()
    jobs = Jobs(two[0], Desk(two[0], "jobs", 1, 1), 60, repr, listeners=1)
    one, other = (jobs.start(lambda tell: str(leave.wait(20)), 1.0) for _ in range(2))
    first = jobs.follow(one.name, patience_s=0.01)
    next(first), next(first)
    assert len(list(jobs.follow(other.name))) == 1
    first.close()
    leave.set()
    assert [step.state for step in jobs.follow(other.name)][-1] == "done"
