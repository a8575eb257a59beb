"""Frozen dataclasses to JSON and back, strictly: what travels inside a model file must be read as it was written."""

import json
from collections.abc import Mapping
from dataclasses import asdict, fields, is_dataclass
from types import UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")


def to_dict(settings: Any) -> dict[str, Any]:
    """A frozen dataclass as plain dicts, lists, strings, numbers, booleans and None."""
    plain: dict[str, Any] = json.loads(json.dumps(asdict(settings)))
    return plain


def from_dict(kind: type[T], values: Any) -> T:
    """The dataclass `kind` from what `to_dict` gave.

    A ValueError names what is missing, unknown or of the wrong type: a typo or a file of another version must not
    turn into a default.
    """
    if not isinstance(values, Mapping):
        raise ValueError(f"{kind.__name__} is {type(values).__name__}, not a mapping")
    hints = get_type_hints(kind)
    names = {field.name for field in fields(kind)}  # type: ignore[arg-type]  # mypy has no bound for dataclass types
    if names != set(values):
        odd = ", ".join(sorted(names ^ set(values)))
        raise ValueError(f"{kind.__name__} has other fields than expected: {odd}")
    return kind(**{name: _convert(hints[name], value, f"{kind.__name__}.{name}") for name, value in values.items()})


def _convert(hint: Any, value: Any, where: str) -> Any:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Literal:
        return _checked(value in arguments, value, hint, where)
    if origin in (Union, UnionType):
        if value is None and type(None) in arguments:
            return None
        return _convert(_alternative(arguments, value), value, where)
    if origin is tuple:
        _checked(isinstance(value, list), value, hint, where)
        return tuple(_convert(arguments[0], one, where) for one in value)
    if origin is dict:
        _checked(isinstance(value, Mapping), value, hint, where)
        return {str(key): _convert(arguments[1], one, where) for key, one in value.items()}
    if is_dataclass(hint):
        return from_dict(hint, value)  # type: ignore[arg-type]  # is_dataclass also admits instances; hints are types
    if hint is float:
        _checked(isinstance(value, int | float) and not isinstance(value, bool), value, hint, where)
        return float(_checked(isinstance(value, float) or abs(value) < 2**1023, value, hint, where))
    return _checked(type(value) is hint, value, hint, where)


def _alternative(kinds: tuple[Any, ...], value: Any) -> Any:
    """The dataclass of a union that a value belongs to: the one whose Literal fields allow the value's."""
    kinds = tuple(one for one in kinds if one is not type(None))
    for kind in kinds[:-1]:
        fixed = {name: hint for name, hint in get_type_hints(kind).items() if get_origin(hint) is Literal}
        if isinstance(value, Mapping) and all(value.get(name) in get_args(hint) for name, hint in fixed.items()):
            return kind
    return kinds[-1]


def _checked(good: bool, value: Any, hint: Any, where: str) -> Any:
    if not good:
        raise ValueError(f"{where} is {value!r}, not {getattr(hint, '__name__', hint)}")
    return value
