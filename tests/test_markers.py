"""The marker `corpus` is on the tests that read a real corpus, and on no other."""

from pathlib import Path

import pytest


def test_a_test_that_reads_a_corpus_is_marked(request: pytest.FixtureRequest, clip: Path) -> None:
    assert clip.is_file()
    assert request.node.get_closest_marker("corpus")


def test_a_test_that_reads_none_is_not(request: pytest.FixtureRequest) -> None:
    assert not request.node.get_closest_marker("corpus")
