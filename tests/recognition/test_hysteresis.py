"""The label that is shown: it changes for a clear lead or a lasting one, and for nothing else."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intone.recognition.hysteresis import LEAD, TIMES, Hysteresis

NAMES = ("angry", "calm", "sad")
SHARES = st.lists(st.tuples(*[st.floats(0.01, 1)] * 3).map(
    lambda three: {name: one / sum(three) for name, one in zip(NAMES, three, strict=True)}), min_size=1, max_size=40)


def shown(all_shares: list[dict[str, float]]) -> list[str]:
    hysteresis = Hysteresis()
    return [hysteresis.update(shares) for shares in all_shares]


def leader(shares: dict[str, float]) -> str:
    return max(shares, key=lambda name: shares[name])


@given(SHARES)
def test_a_change_has_a_reason(all_shares: list[dict[str, float]]) -> None:
    labels = shown(all_shares)
    assert labels[0] == leader(all_shares[0])
    for at, (before, after) in enumerate(pairwise(labels), start=1):
        if after == before:
            continue
        assert after == leader(all_shares[at])
        lasting = at + 1 >= TIMES and {leader(one) for one in all_shares[at + 1 - TIMES : at + 1]} == {after}
        assert lasting or all_shares[at][after] - all_shares[at][before] >= LEAD


@given(SHARES)
def test_what_leads_for_long_is_shown(all_shares: list[dict[str, float]]) -> None:
    last = {"angry": 0.35, "calm": 0.33, "sad": 0.32}
    assert shown([*all_shares, *[last] * TIMES])[-1] == "angry"


def test_two_that_are_about_as_likely_do_not_flicker() -> None:
    turns = [{"sad": 0.5 + 0.05 * (-1) ** number, "calm": 0.5 - 0.05 * (-1) ** number} for number in range(20)]
    assert set(shown(turns)) == {"sad"}


@pytest.mark.parametrize(("lead", "label"), [(LEAD + 0.01, "calm"), (LEAD - 0.01, "sad")])
def test_a_clear_lead_is_shown_at_once(lead: float, label: str) -> None:
    assert shown([{"sad": 1.0, "calm": 0.0}, {"sad": 0.5 - lead / 2, "calm": 0.5 + lead / 2}])[-1] == label


def test_a_label_that_is_not_measured_any_more_gives_way() -> None:
    assert shown([{"neither": 0.6, "sad": 0.4}, {"sad": 1.0}]) == ["neither", "sad"]
