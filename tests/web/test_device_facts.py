"""What a browser is told of a recognizer, and the sentences that its scripts say."""

import json
import re
from pathlib import Path

import pytest

import intone
from intone.errors import UsageError
from intone.language import german, said, spanish
from intone.recognition.loading import BUNDLED
from intone.recognition.recognizer import load
from intone.web.device import facts, sentence, why_not
from tiny_model import tiny_model, tiny_pair

SCRIPTS = Path(intone.__file__).parent / "web" / "static" / "scripts" / "device"
OWN = ("adaptation", "analysis", "channels", "decision", "occlusion", "quality", "reference", "refusal", "signal", "spans",
       "speech", "summary", "together", "windows")


@pytest.mark.parametrize("name", BUNDLED)
def test_facts_are_json(name: str) -> None:
    recognizer = intone.load(name)
    found = facts(recognizer)
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert found["recognizer"] == {"name": recognizer.identity.name, "version": recognizer.identity.version,
                                   "classes": list(recognizer.identity.classes)}
    assert found["scales"]["8"] == sentence(recognizer.scale(8)) and why_not(recognizer) is None
    assert len(json.dumps(found)) < 40_000


def test_networks_that_a_browser_cannot_run_have_no_facts(tmp_path: Path) -> None:
    pair = load(tiny_pair(tmp_path / "pair"))
    women = load(tiny_model(tmp_path / "women.onnx", {"female_sad": 1.0}, sex="female"))
    chunks = load(tiny_model(tmp_path / "chunks.onnx", {"female_sad": 1.0}))
    for recognizer, reason in ((pair, "one network of both sexes"), (women, "both sexes"), (chunks, "take samples")):
        with pytest.raises(UsageError, match=f"does not run in a browser. .*{reason}"):
            facts(recognizer)


def test_a_sentence_is_its_template_and_values() -> None:
    within = said("{number} of {all}", number=1, all=said("two"))
    assert sentence(within) == {"text": "{number} of {all}", "values": {"number": 1, "all": {"text": "two", "values": {}}}}
    assert sentence("foreign {text}") == {"text": "foreign {text}", "values": {}}


def test_every_sentence_of_the_scripts_can_be_said_in_every_language() -> None:
    """A text of several words that ends with a full stop; what only a programmer reads is an Error."""
    sentences = set()
    for name in OWN:
        code = re.sub(r"^\s*//.*$", "", (SCRIPTS / f"{name}.js").read_text(), flags=re.MULTILINE)
        for found in re.finditer(r'(Error\()?((?:"[^"\n]*"(?:\s*\+\s*)?)+)', code):
            text = "".join(re.findall(r'"([^"\n]*)"', found[2]))
            if text.endswith(".") and " " in text and not found[1]:
                sentences.add(text)
    assert len(sentences) > 20
    for table in (german.SENTENCES, spanish.SENTENCES):
        assert sentences <= set(table)
