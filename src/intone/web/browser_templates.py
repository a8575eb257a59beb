"""What a browser needs to write the HTML of an answer by itself: the templates as trees, and what they name.

The scripts in static/scripts/device go through the very trees that Jinja compiles for the server, so that no template
stands twice. A tree is a list of a kind and of the fields that `_FIELDS` names: `["Name", "answer"]`.
"""

from collections.abc import Callable, Iterator
from typing import Any

from flask import Flask
from jinja2 import nodes

from intone import __version__
from intone.audio.channels import OWN_VOICES
from intone.language import DECIMAL_COMMA, Texts, sentences_in
from intone.recognition.decision import mean_of
from intone.web.device import facts, sentence
from intone.web.state import state_of
from intone.web.template_filters import ODDS, TAKEAWAYS, class_marks
from intone.web.views import REACTS, STEADY

Tree = list[Any]

ANSWER = "_parts.html"
"""The template of an answer, which includes all others."""

_FIELDS: dict[str, tuple[str, ...]] = {
    "Template": ("body",), "Output": ("nodes",), "TemplateData": ("data",), "Const": ("value",), "Name": ("name",),
    "Getattr": ("node", "attr"), "Getitem": ("node", "arg"), "Slice": ("start", "stop"),
    "Call": ("node", "args", "kwargs"), "Filter": ("node", "name", "args", "kwargs"),
    "Test": ("node", "name", "args", "kwargs"), "Keyword": ("key", "value"),
    "For": ("target", "iter", "body", "test"), "If": ("test", "body", "elif_", "else_"),
    "Assign": ("target", "node"), "With": ("targets", "values", "body"), "Macro": ("name", "args", "defaults", "body"),
    "Include": ("template",), "FromImport": ("template", "names"), "CondExpr": ("test", "expr1", "expr2"),
    "Compare": ("expr", "ops"), "Operand": ("op", "expr"), "Concat": ("nodes",), "Not": ("node",),
    "And": ("left", "right"), "Or": ("left", "right"), "Tuple": ("items",), "Dict": ("items",),
    "Pair": ("key", "value"), "Add": ("left", "right"), "Sub": ("left", "right"), "Mul": ("left", "right"),
    "Div": ("left", "right"), "Mod": ("left", "right"),
}
_USUAL: dict[str, tuple[Any, ...]] = {
    "ctx": ("load", "store", "param"), "dyn_args": (None,), "dyn_kwargs": (None,), "recursive": (False,),
    "else_": ([],), "with_context": (True,), "ignore_missing": (False,), "step": (None,)}
"""What the fields that `_FIELDS` leaves out must hold, since the scripts take it for granted."""


def page(app: Flask, language: str, address: Callable[..., str]) -> dict[str, Any]:
    """All that a browser needs to recognise, and to write its answers in a language.

    `address` gives the address of an endpoint, as `flask.url_for` does. Raises UsageError where a browser cannot
    recognise by itself.
    """
    trees, settings = templates(app), state_of(app).settings
    limits = {"corrections": settings.corrections is not None, "corrections_s": settings.corrections_s}
    return {
        "facts": facts(state_of(app).recognizer),
        "templates": trees,
        "texts": texts(language),
        "marks": class_marks(Texts(language)),
        "globals": {"version": __version__, "limits": limits,
                    "takeaways": [{"name": one.name, "words": one.words} for one in TAKEAWAYS]},
        "rules": {"steady": STEADY, "reacts": REACTS, "odds": ODDS, "own_voices": OWN_VOICES,
                  "mean": sentence(mean_of(2))["text"]},
        "addresses": addresses(trees, address),
    }


def templates(app: Flask) -> dict[str, Tree]:
    """The trees of the templates of an answer, by their names.

    Raises NotImplementedError for what no script could go through, with its template and line.
    """
    found: dict[str, Tree] = {}
    names = {ANSWER}
    while names:
        name = names.pop()
        found[name] = _plain(_parsed(app, name), name)
        names |= {template[1] for _, template, *_ in _every(found[name], "Include", "FromImport")} - found.keys()
    return found


def _parsed(app: Flask, name: str) -> nodes.Template:
    assert app.jinja_env.loader
    return app.jinja_env.parse(app.jinja_env.loader.get_source(app.jinja_env, name)[0], name)


def _plain(value: Any, name: str) -> Any:
    if isinstance(value, (list, tuple)):
        return [_plain(one, name) for one in value]
    if not isinstance(value, nodes.Node):
        return value
    kind = type(value).__name__
    odd = [kind] if kind not in _FIELDS else [
        f"{kind} ({field})" for field, held in value.iter_fields(_FIELDS[kind]) if held not in _USUAL.get(field, ())]
    if odd:
        raise NotImplementedError(f"{name}, line {value.lineno}: the browser has nothing for {odd[0]}.")
    return [kind, *(_plain(getattr(value, field), name) for field in _FIELDS[kind])]


def addresses(trees: dict[str, Tree], address: Callable[..., str]) -> dict[str, str]:
    """Every address in some templates: by its endpoint, or by endpoint and file name, `static/icon.svg`."""
    calls = [one for tree in trees.values() for one in _every(tree, "Call") if one[1] == ["Name", "url_for"]]
    asked = [(args[0][1], {key: value[1] for _, key, value in named}) for _, _, args, named in calls]
    return {"/".join([endpoint, *values.values()]): address(endpoint, **values) for endpoint, values in asked}


def _every(tree: Tree, *kinds: str) -> Iterator[Tree]:
    """The parts of a tree of some kinds."""
    if tree and tree[0] in kinds:
        yield tree
    for one in tree:
        if isinstance(one, list):
            yield from _every(one, *kinds)


def texts(language: str) -> dict[str, Any]:
    """The texts of a language: its `table` by key, and its `sentences` by their English templates.

    `comma` says whether it writes 3,5 and 87 %.
    """
    return {"language": language, "comma": language in DECIMAL_COMMA, "table": dict(Texts(language).table),
            "sentences": dict(sentences_in(language))}
