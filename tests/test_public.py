import json
import subprocess
import sys

import pytest

import intone

HEAVY = ("torch", "pandas", "matplotlib", "flask", "librosa", "sklearn", "onnx", "soundfile", "transformers")


def run(code: str) -> str:
    """What a fresh interpreter prints."""
    return subprocess.run([sys.executable, "-W", "error", "-c", code], check=True, capture_output=True, text=True).stdout


def test_the_public_surface_is_exactly_all():
    public = json.loads(run("import intone, json, types; print(json.dumps(sorted(name for name in dir(intone) "
                            "if not name.startswith('_') "
                            "and not isinstance(getattr(intone, name), types.ModuleType))))"))
    assert public == sorted(intone.__all__)
    assert sorted(intone.__all__) == ["Attribution", "IntoneError", "Prediction", "Recognizer", "RecognizerIdentity",
                                      "RecordingError", "Segment", "Speaker", "load", "predict"]


def test_everything_public_is_documented():
    for name in intone.__all__:
        documented = getattr(intone, name)
        assert documented.__doc__, name
        for member, value in vars(documented).items() if isinstance(documented, type) else ():
            if callable(value) and not member.startswith("_"):
                assert value.__doc__, f"{name}.{member}"


def test_the_version_is_one():
    assert [part.isdigit() for part in intone.__version__.split(".")] == [True, True, True]


def test_importing_it_imports_nothing_heavy():
    loaded = set(json.loads(run("import intone, json, sys; print(json.dumps(list(sys.modules)))")))
    assert "intone" in loaded and not loaded & {*HEAVY, "numpy", "onnxruntime"}
    loaded = set(json.loads(run("import intone, json, sys; intone.Recognizer; print(json.dumps(list(sys.modules)))")))
    assert "intone.recognition.recognizer" in loaded
    assert not loaded & set(HEAVY)


def test_what_is_not_public_is_refused_as_by_any_module():
    with pytest.raises(AttributeError, match="module 'intone' has no attribute 'nothing'"):
        _ = intone.nothing
    assert not hasattr(intone, "__wrapped__")


@pytest.mark.parametrize(("old", "new"), [("Stretch", "Segment"), ("Moment", "Attribution")])
def test_the_names_of_the_last_version_still_work(old, new):
    with pytest.warns(DeprecationWarning, match=f"intone.{old} is called {new} now"):
        assert getattr(intone, old) is getattr(intone, new)
    with pytest.warns(DeprecationWarning, match="intone.annotations is called intone.recognition.formats now"):
        assert intone.annotations.FORMATS


def test_an_answer_needs_none_of_the_training_either():
    loaded = set(json.loads(run(
        "import intone, json, sys, numpy\n"
        "try: intone.load().predict(numpy.zeros(16000, 'float32'), 16000)\n"
        "except intone.RecordingError: print(json.dumps(list(sys.modules)))")))
    assert "onnxruntime" in loaded
    assert not loaded & set(HEAVY)


def test_importing_it_is_quiet_and_leaves_the_interpreter_as_it_was():
    assert run("import random, numpy; numpy.random.seed(1); random.seed(1)\n"
               "a = numpy.random.get_state()[1].tolist(), random.getstate()\n"
               "import intone\n"
               "assert a == (numpy.random.get_state()[1].tolist(), random.getstate())") == ""
