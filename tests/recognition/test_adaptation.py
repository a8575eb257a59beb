"""Recordings of one person judged together: evidence made of means, an offset and noise gives the offset back."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from intone.errors import RecognizerError
from intone.recognition.adaptation import (
    SHRINKAGE,
    Adaptation,
    Offset,
    adapted,
    offset_of_clips,
    offset_of_emotion,
    variety,
)

CLASSES = 8
MEANS = np.stack([6 * np.eye(CLASSES), 5 * np.eye(CLASSES)])
"""Of two members: the second tells the classes less far apart."""
ADAPTATION = Adaptation((0.7, 0.3), tuple(tuple(map(tuple, one)) for one in MEANS.tolist()))
SAD = 3
LOW = np.where(np.arange(CLASSES) == SAD, 5.0, 0.0)
"""A voice that sounds sad by nature."""
EVEN = tuple(range(CLASSES)) * 5

Evidence = NDArray[np.float64]


def clips(emotions: Sequence[int], offset: NDArray[np.float64], noise: float = 0.5) -> Evidence:
    """Evidence of clips of a speaker with an offset, which the network takes for emotion."""
    made = MEANS[:, list(emotions)].swapaxes(0, 1) + offset
    made = made + np.random.default_rng(0).normal(0, noise, made.shape)
    return np.stack([made, made], axis=2)


def right(shares: NDArray[np.float64], emotions: Sequence[int]) -> float:
    return float((shares.argmax(axis=1) == emotions).mean())


def test_the_offset_of_a_speaker_is_found_and_helps() -> None:
    evidence = clips(EVEN, LOW)
    found = offset_of_clips(ADAPTATION, evidence)
    assert np.abs(np.array(found.values) - LOW).max() < 0.7
    assert found.clips == len(EVEN) and found.trust > 0.9
    assert right(adapted(ADAPTATION, evidence, None), EVEN) < 0.95
    assert right(adapted(ADAPTATION, evidence, found), EVEN) == 1


def test_a_known_emotion_gives_the_offset_at_once() -> None:
    found = offset_of_emotion(ADAPTATION, clips([0, 0], LOW, noise=0), 0)
    np.testing.assert_allclose(found.values, [LOW, LOW])
    assert found.share == 1 and found.trust == 2 / (2 + SHRINKAGE)
    other = clips(EVEN, LOW)
    assert right(adapted(ADAPTATION, other, found), EVEN) > right(adapted(ADAPTATION, other, None), EVEN)


@pytest.mark.parametrize("emotion", range(CLASSES))
def test_what_is_one_sided_stays_one_sided(emotion: int) -> None:
    evidence = clips([emotion] * 20, np.zeros(CLASSES))
    found = adapted(ADAPTATION, evidence, offset_of_clips(ADAPTATION, evidence))
    assert right(found, [emotion] * 20) == 1
    np.testing.assert_allclose(found, adapted(ADAPTATION, evidence, None), atol=0.01)


def test_a_clip_alone_is_as_without() -> None:
    evidence = clips([SAD], np.zeros(CLASSES))
    found = offset_of_clips(ADAPTATION, evidence)
    assert found.trust < 1e-6
    np.testing.assert_allclose(adapted(ADAPTATION, evidence, found), adapted(ADAPTATION, evidence, None), atol=1e-6)


def test_without_an_offset_the_answer_is_the_mean_of_the_members() -> None:
    evidence = clips([0, SAD], LOW)
    shares = np.exp(evidence[:, :, 0]) / np.exp(evidence[:, :, 0]).sum(axis=2, keepdims=True)
    np.testing.assert_allclose(adapted(ADAPTATION, evidence, None), 0.7 * shares[:, 0] + 0.3 * shares[:, 1])


def test_more_clips_are_trusted_more() -> None:
    trusted = [Offset(number, ((0.0,),)).trust for number in (1, 2, 10, 1000)]
    assert trusted == sorted(trusted) and trusted[0] > 0 and trusted[-1] < 1


def test_variety_grows_with_the_number_of_classes() -> None:
    found = [variety(np.eye(CLASSES)[:number]) for number in range(1, CLASSES + 1)]
    assert found == sorted(found) and (found[0], found[1], found[-1]) == (0, pytest.approx(0), 1)


@pytest.mark.parametrize("emotion", range(CLASSES))
@pytest.mark.parametrize("number", [2, 5, 20])
def test_what_the_network_is_not_sure_of_is_not_varied(emotion: int, number: int) -> None:
    evidence = clips([emotion] * number, np.zeros(CLASSES)) / 6
    plain = adapted(ADAPTATION, evidence, None)
    assert np.exp(-(plain.mean(axis=0) * np.log(plain.mean(axis=0))).sum()) > 6  # classes in effect
    found = adapted(ADAPTATION, evidence, offset_of_clips(ADAPTATION, evidence))
    np.testing.assert_allclose(found, plain, atol=0.01)


@given(st.integers(1, 12).flatmap(lambda number: arrays(
    np.float64, (number, 2, 2, CLASSES), elements=st.floats(-200, 200))))
def test_probabilities_sum_to_1_whatever_the_evidence(evidence: Evidence) -> None:
    for offset in (None, offset_of_clips(ADAPTATION, evidence), offset_of_emotion(ADAPTATION, evidence, SAD)):
        found = adapted(ADAPTATION, evidence, offset)
        np.testing.assert_allclose(found.sum(axis=1), 1)
        assert (found >= 0).all()


def test_members_and_means_that_do_not_fit_are_refused() -> None:
    with pytest.raises(RecognizerError, match="2 members"):
        Adaptation((0.5, 0.5), ADAPTATION.means[:1])
