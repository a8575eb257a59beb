"""What a resource takes and gives, written beside its code: `openapi` makes the document of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import BaseModel

View = TypeVar("View", bound=Callable[..., Any])
Kinds = Mapping[str, type]
"""What is in a body, by its media type: a type, whose JSON schema pydantic makes."""


@dataclass(frozen=True)
class Reply:
    """A response: what it means, its bodies, and its own headers with what they say."""

    means: str
    kinds: Kinds = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Described:
    """Describes the function that answers a resource. `problems` are the statuses that come with a problem."""

    summary: str
    replies: Mapping[int, Reply]
    query: type[BaseModel] | None = None
    body: Kinds = field(default_factory=dict)
    problems: tuple[int, ...] = ()

    def __call__(self, view: View) -> View:
        """Put the description on the function."""
        view.described = self  # type: ignore[attr-defined]  # functions take any
        return view
