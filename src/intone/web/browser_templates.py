"""What a browser needs to write the HTML of an answer by itself: the templates as trees, and what they name.

The scripts in static/scripts/device go through the very trees that Jinja compiles for the server, so that no template
stands twice. A tree is a list of a kind and of the fields that `_FIELDS` names: `["Name", "answer"]`.
"""

from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from flask import Flask
from jinja2 import nodes

from intone.audio.channels import OWN_VOICES
from intone.labels import SCHEMES
from intone.language import DECIMAL_COMMA, Sentence, Texts, sentences_in
from intone.recognition.decision import mean_of
from intone.recognition.prediction import NEITHER
from intone.recognition.summary import HOLDS, SIGNS
from intone.web.state import state_of
from intone.web.template_filters import ODDS, class_marks
from intone.web.views import REACTS, STEADY, class_names, left_out, shown, tone

if TYPE_CHECKING:
    from intone.recognition.recognizer import Recognizer

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
    "And": ("left", "right"), "Or": ("left", "right"), "Tuple": ("items",), "Dict": ("items",), "Pair": ("key", "value"),
    "Add": ("left", "right"), "Sub": ("left", "right"), "Mul": ("left", "right"), "Div": ("left", "right"),
    "Mod": ("left", "right"),
}
_USUAL: dict[str, tuple[Any, ...]] = {
    "ctx": ("load", "store", "param"), "dyn_args": (None,), "dyn_kwargs": (None,), "recursive": (False,), "else_": ([],),
    "with_context": (True,), "ignore_missing": (False,), "step": (None,)}
"""What the fields that `_FIELDS` leaves out must hold, since the scripts take it for granted."""


def page(app: Flask, language: str, address: Callable[..., str]) -> dict[str, Any]:
    """All that answer_html.js needs to write answers of an application in a language.

    `address` gives the address of an endpoint, as `flask.url_for` does.
    """
    trees = templates(app)
    return {"templates": trees, "texts": texts(language), "marks": class_marks(Texts(language)), **values(app),
            "scales": scales(state_of(app).recognizer), "addresses": addresses(trees, address)}


def templates(app: Flask) -> dict[str, Tree]:
    """The trees of the templates of an answer, by their names.

    Raises NotImplementedError for what no script could go through, with its template and line.
    """
    found: dict[str, Tree] = {}
    names = [ANSWER]
    while names:
        name = names.pop()
        parsed = _parsed(app, name)
        found[name] = _plain(parsed, name)
        names += {one.template.value for one in parsed.find_all((nodes.Include, nodes.FromImport))} - found.keys()
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
    asked = [({key: value[1] for _, key, value in keywords}, args[0][1])
             for tree in trees.values() for _, called, args, keywords in _calls(tree) if called == ["Name", "url_for"]]
    return {"/".join([endpoint, *named.values()]): address(endpoint, **named) for named, endpoint in asked}


def _calls(tree: Any) -> Iterator[Tree]:
    if isinstance(tree, list):
        if tree and tree[0] == "Call":
            yield tree
        for one in tree:
            yield from _calls(one)


def texts(language: str) -> dict[str, Any]:
    """The texts of a language: its `table` by key, and its `sentences` by their English templates.

    `comma` says whether it writes 3,5 and 87 %.
    """
    return {"language": language, "comma": language in DECIMAL_COMMA, "table": dict(Texts(language).table),
            "sentences": dict(sentences_in(language))}


def scales(recognizer: "Recognizer") -> dict[str, Any]:
    """How often answers of each step of confidence were right, by scheme: a sentence as `unsaid` gives it."""
    return {name: unsaid(recognizer.scale(name)) for name in recognizer.schemes()}


def unsaid(sentence: str) -> Any:
    """A sentence as scripts know it: its English template, and the values of its places; a plain text as it is.

    >>> unsaid(Sentence("Only {spoken:.1f} s of speech was found.", {"spoken": 0.5}))
    {'text': 'Only {spoken:.1f} s of speech was found.', 'values': {'spoken': 0.5}}
    """
    if not isinstance(sentence, Sentence):
        return sentence
    return {"text": sentence.template, "values": {
        name: unsaid(value) if isinstance(value, str) else value for name, value in sentence.values.items()}}


def values(app: Flask) -> dict[str, Any]:
    """`globals`, the values that the templates name, and `rules`, those that their filters need."""
    known = app.jinja_env.globals
    limits, figures = known["limits"], known["figures"]
    return {
        "globals": {
            **{name: known[name] for name in ("version", "licence", "emotions")},
            "limits": {"corrections": limits.corrections is not None, "corrections_s": limits.corrections_s},
            "recognizer": asdict(known["recognizer"]),
            "schemes": {name: {"words": one.words} for name, one in SCHEMES.items()},
            "takeaways": [{"name": one.name, "words": one.words} for one in known["takeaways"]],
            "figures": figures and {name: asdict(figures)[name] for name in ("schemes", "conditions")},
        },
        "rules": {
            "order": shown(state_of(app).recognizer.schemes()), "tones": {name: tone(name) for name in class_names()},
            "left_out": {name: left_out(name) for name in SCHEMES}, "signs": SIGNS, "odds": ODDS, "holds": HOLDS,
            "steady": STEADY, "reacts": REACTS, "neither": NEITHER, "mean": unsaid(mean_of(2))["text"],
            "own_voices": OWN_VOICES,
        },
    }
