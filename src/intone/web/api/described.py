"""What a resource takes and gives, written beside its code: `openapi` makes the document of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])

BINARY = {"type": "string", "format": "binary"}


@dataclass(frozen=True)
class Body:
    """A body by media type: the JSON schema of each, or a type that pydantic makes one of."""

    kinds: Mapping[str, Any]
    required: bool = True


@dataclass(frozen=True)
class Reply:
    """A response: what it means, its bodies by media type, and its own headers with what they say."""

    means: str
    kinds: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Described:
    """One operation. `problems` are the statuses that come with a problem; `query` maps names to (schema, meaning)."""

    summary: str
    replies: Mapping[int, Reply]
    query: Mapping[str, tuple[dict[str, Any], str]] = field(default_factory=dict)
    body: Body | None = None
    problems: tuple[int, ...] = ()


def described(summary: str, replies: Mapping[int, Reply], **more: Any) -> Callable[[View], View]:
    """Put the description of an operation on the function that answers it."""

    def put(view: View) -> View:
        view.described = Described(summary, replies, **more)  # type: ignore[attr-defined]  # functions take any
        return view

    return put
