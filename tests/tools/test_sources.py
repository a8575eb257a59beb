"""Corrections of a source that were tried: what each of them finds in answers whose fault is known."""

import numpy as np
import pytest
import tables
from pages import sources

SHARES = np.random.default_rng(0).dirichlet(np.full(8, 0.1), 400)
"""Answers about an even source: certain ones, each emotion as often."""

BIAS = np.array([4.0, 1, 1, 1, 1, 1, 1, 0.25])


def biased(shares: np.ndarray) -> np.ndarray:
    """Answers in which one class attracts, and one is shunned."""
    found = shares * BIAS
    return found / found.sum(axis=1, keepdims=True)


def test_an_even_source_whose_answers_are_attracted_is_righted_but_by_its_own_prior() -> None:
    even, means = np.full(8, 1 / 8), tuple(map(tuple, 4 * np.eye(8) - 0.5))

    def off(shares: np.ndarray) -> float:
        return float(np.abs(shares.mean(axis=0) - even).sum())

    given = np.maximum(SHARES, 1e-2)
    given = biased(given / given.sum(axis=1, keepdims=True))
    assert off(sources.by_mean(given)) < 0.8 * off(given)
    assert off(sources.by_offset(given, means)) < 0.8 * off(given)
    assert off(sources.by_prior(given)) > off(given)
    for corrected in (sources.by_mean(given), sources.by_prior(given), sources.by_offset(given, means)):
        np.testing.assert_allclose(corrected.sum(axis=1), 1)


def test_the_table_has_a_line_for_each_correction_and_a_column_for_each_corpus() -> None:
    lines = sources.same_source(tables.RESULTS).splitlines()
    corpora = tables.RESULTS.corpora(sources.LEFT_OUT)
    assert {line.count("|") for line in lines} == {len(corpora) + 7}
    plain, *others = ([float(cell) for cell in line.split("|")[2:-1]] for line in lines[2:])
    assert plain[len(corpora)] == pytest.approx(np.mean(plain[: len(corpora)]), abs=0.1)
    assert len(others) == 3 and all(one != plain for one in others)
