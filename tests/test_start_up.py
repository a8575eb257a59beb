"""No command keeps anyone waiting: what it does before it is of use takes less than 3 s of a processor."""

from pathlib import Path

import start_up


def test_the_page_is_there_soon() -> None:
    assert 0.1 < start_up.served().cpu_s < 3


def test_the_page_of_several_processes_is_there_soon() -> None:
    # Two begin at once, after the one that starts them.
    assert 0.1 < start_up.served("--processes", 2).cpu_s * 2 / 3 < 3


def test_a_batch_begins_soon(tmp_path: Path) -> None:
    assert 0.1 < start_up.heard(tmp_path).cpu_s < 3
    assert (tmp_path / "answers.csv").read_text().count("\n") == 2
