import json
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intone import dataclass_json
from intone.audio.envelope import EnvelopeSettings
from intone.training.recipes import RECIPES, Recipe


@dataclass(frozen=True)
class Inner:
    share: float = 0.5
    kind: Literal["a", "b"] = "a"


@dataclass(frozen=True)
class Outer:
    name: str
    number: int
    flag: bool = False
    maybe: float | None = None
    inner: Inner = field(default_factory=Inner)
    many: tuple[int, ...] = ()
    table: dict[str, float] = field(default_factory=dict)


finite = st.floats(allow_nan=False, allow_infinity=False)
outers = st.builds(Outer, st.text(), st.integers(), st.booleans(), st.none() | finite,
                   st.builds(Inner, finite, st.sampled_from(["a", "b"])), st.lists(st.integers()).map(tuple),
                   st.dictionaries(st.text(), finite))


@given(outers)
def test_what_is_written_is_read_back(outer):
    text = json.dumps(dataclass_json.to_dict(outer))
    assert dataclass_json.from_dict(Outer, json.loads(text)) == outer


@pytest.mark.parametrize("name", RECIPES)
def test_recipes_are_read_back_through_json(name):
    text = json.dumps(dataclass_json.to_dict(RECIPES[name]))
    assert dataclass_json.from_dict(Recipe, json.loads(text)) == RECIPES[name]


GOOD: dict[str, Any] = dataclass_json.to_dict(Outer("x", 1, maybe=0.5, many=(1, 2), table={"a": 1.0}))


@pytest.mark.parametrize(("change", "said"), [
    ({"number": "1"}, "Outer.number is '1', not int"), ({"number": 1.0}, "not int"), ({"number": True}, "not int"),
    ({"flag": 1}, "not bool"), ({"flag": None}, "not bool"), ({"name": None}, "not str"), ({"maybe": "0.5"}, "not float"),
    ({"maybe": True}, "not float"), ({"many": "12"}, "not tuple"), ({"many": [1, "2"]}, "Outer.many is '2'"),
    ({"many": {"1": 2}}, "not tuple"), ({"table": [1]}, "not dict"), ({"table": {"a": None}}, "Outer.table is None"),
    ({"inner": {"share": 1, "kind": "c"}}, "Inner.kind is 'c'"), ({"inner": None}, "Inner is NoneType, not a mapping"),
    ({"inner": {"share": 1}}, "other fields than expected: kind"), ({"odd": 1}, "other fields than expected: odd"),
    ({"maybe": 10**400}, "Outer.maybe"), ({"inner": {"share": 1, "kind": ["a"]}}, "Inner.kind"),
])
def test_what_does_not_fit_is_named(change, said):
    with pytest.raises(ValueError, match=said.replace("(", r"\(")):
        dataclass_json.from_dict(Outer, GOOD | change)


def test_a_missing_field_does_not_turn_into_its_default():
    for name in GOOD:
        with pytest.raises(ValueError, match=f"Outer has other fields than expected: {name}"):
            dataclass_json.from_dict(Outer, {key: value for key, value in GOOD.items() if key != name})


@pytest.mark.parametrize("values", [None, [], "{}", 1, float("nan")])
def test_what_is_no_mapping_is_told(values):
    with pytest.raises(ValueError, match="not a mapping"):
        dataclass_json.from_dict(Outer, values)


def test_an_integer_is_taken_for_a_float_and_stays_equal():
    read = dataclass_json.from_dict(EnvelopeSettings, {"window_s": 1, "threshold": 0, "relative_to": "peak"})
    assert read == EnvelopeSettings(1.0, 0.0, "peak")
    assert isinstance(read.window_s, float)
    assert read != replace(read, relative_to="full scale")


json_values = st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
                           lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=10)


@given(st.dictionaries(st.sampled_from(sorted(GOOD)), json_values))
def test_any_json_is_settings_or_a_value_error(change):
    try:
        read = dataclass_json.from_dict(Outer, GOOD | change)
    except ValueError:
        return
    assert dataclass_json.from_dict(Outer, dataclass_json.to_dict(read)) == read or "nan" in repr(read)
