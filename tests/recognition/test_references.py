"""A saved reference is read as it was written; anything else is refused with a sentence."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from intone.errors import UnfitReference
from intone.files import FileError
from intone.recognition.adaptation import Offset, Reference
from intone.recognition.references import LARGEST, parsed, read, write

GOOD = Reference("0123456789ab", "female", "neutral", Offset(3, ((0.5, -1.25), (0.0, 1e-9))))

FLAWS = {
    "another name": lambda told: told | {"more": 1}, "no offset": lambda told: {**told, "offset": None},
    "a list": lambda told: [told], "another sex": lambda told: told | {"sex": "x"},
    "another emotion": lambda told: told | {"emotion": "x"},
    "no clips": lambda told: told | {"offset": told["offset"] | {"clips": 0}},
    "a share above 1": lambda told: told | {"offset": told["offset"] | {"share": 1.5}},
    "rows that differ": lambda told: told | {"offset": told["offset"] | {"values": [[0.5], [0.5, 1.0]]}},
    "no numbers": lambda told: told | {"offset": told["offset"] | {"values": []}},
    "not a number": lambda told: told | {"offset": told["offset"] | {"values": [[float("nan")]]}},
    "no end": lambda told: told | {"offset": told["offset"] | {"values": [[float("inf")]]}},
}


@given(st.builds(Reference, st.text(), st.sampled_from(("male", "female", "")),
                 st.sampled_from(("neutral", "sad", None)),
                 st.builds(Offset, st.integers(1, 10**6), st.integers(1, 4).flatmap(lambda columns: st.lists(
                     st.tuples(*[st.floats(-100, 100)] * columns), min_size=1, max_size=3).map(tuple)),
                     st.floats(0, 1))))
@example(GOOD)
def test_it_is_read_as_it_was_written(tmp_path_factory: pytest.TempPathFactory, reference: Reference) -> None:
    path = tmp_path_factory.getbasetemp() / "me.json"
    write(path, reference)
    assert read(path) == reference


def test_it_is_small_and_holds_numbers_only(tmp_path: Path) -> None:
    large = replace(GOOD, offset=Offset(20, tuple(map(tuple, np.random.default_rng(0).normal(size=(2, 8)).tolist()))))
    write(tmp_path / "me.json", large)
    assert (tmp_path / "me.json").stat().st_size < 1000


@pytest.mark.parametrize("flaw", FLAWS.values(), ids=FLAWS.keys())
def test_what_is_no_reference_is_refused(flaw, tmp_path: Path) -> None:
    write(tmp_path / "me.json", GOOD)
    told = flaw(json.loads((tmp_path / "me.json").read_text()))
    with pytest.raises(UnfitReference, match="This is no saved reference"):
        parsed(json.dumps(told).encode())


@given(st.binary(max_size=200))
@example(b"[" * LARGEST)
@example(b" " * (LARGEST + 1))
def test_no_other_bytes_are_a_reference(content: bytes) -> None:
    with pytest.raises(UnfitReference):
        parsed(content)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"me\.json"):
        read(tmp_path / "me.json")
