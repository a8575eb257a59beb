import hashlib
import json
import os
import tomllib
from importlib import resources
from pathlib import Path

import numpy as np
import onnx
import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper

from intone import dataclass_json as plain
from intone.errors import RecognizerError
from intone.features.front_end import MfccChunks, Waveform
from intone.labels import SCHEMES, network_labels
from intone.recognition.calibration import ConfidenceThreshold
from intone.recognition.model_file import LARGEST, METADATA_KEY, load_model
from sounds import noise
from tiny_model import save, tiny_model, tiny_network, tiny_settings

UNIFORM = np.full(16, 1 / 16)
GOOD = plain.to_dict(tiny_settings())
KNOWN = GOOD["confidence"]["2"]
WAVES = plain.to_dict(Waveform())

BUNDLED = {"ensemble.onnx": "be481aead6c83e5bc99ef448ee141a996dd25c460e67ca9a14a8c27dd34821a4"}
"""SHA-256 of the networks that come with intone."""


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "recognizer.onnx"


def refused(path: Path, said: str | None = None) -> None:
    """The file is refused in one short sentence, and nothing else comes out."""
    with pytest.raises(RecognizerError, match=said) as told:
        load_model(path)
    sentence = str(told.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert len(sentence) < 600


@pytest.mark.parametrize("classes", SCHEMES)
@pytest.mark.parametrize("sex", ["both", "male", "female"])
def test_a_model_file_carries_its_settings(path, classes, sex):
    made = tiny_settings(classes, sex)
    answer = np.arange(1, len(made.labels) + 1) / sum(range(1, len(made.labels) + 1))
    model = load_model(save(path, tiny_network(answer), made))
    assert model.settings == made
    assert model.settings.labels == network_labels(classes, sex)
    assert model.settings.sexes == (("female", "male") if sex == "both" else (sex,))
    rows = model.probabilities(noise(0.5))
    assert rows.dtype == np.float64
    assert rows == pytest.approx(np.tile(answer, (5, 1)), abs=1e-6)


def test_the_version_is_the_digest_of_the_file(path, tmp_path):
    one = load_model(tiny_model(path, {"male_sad": 1.0}))
    same = load_model(tiny_model(tmp_path / "copy.onnx", {"male_sad": 1.0}))
    other = load_model(tiny_model(tmp_path / "other.onnx", {"male_sad": 0.9, "male_calm": 0.1}))
    assert len(one.version) == 12
    assert one.version == same.version != other.version


def test_a_network_may_take_samples(path):
    nodes = [helper.make_node("Abs", ["features"], ["size"]), helper.make_node("ReduceMean", ["size", "axes"], ["mean"]),
             helper.make_node("Mul", ["mean", "weights"], ["logits"]), helper.make_node("Softmax", ["logits"], ["out"])]
    graph = helper.make_graph(
        nodes, "samples", [helper.make_tensor_value_info("features", TensorProto.FLOAT, [1, "samples"])],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, None)],
        [helper.make_tensor("weights", TensorProto.FLOAT, [1, 16], np.arange(16)), helper.make_tensor("axes", TensorProto.INT64, [1], [1])])
    made = tiny_settings(front_end=Waveform(normalized=False))
    model = load_model(save(path, helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8), made))
    assert model.settings == made
    signal = noise(0.5)
    loud = np.exp(np.arange(16) * np.abs(signal).mean() / np.abs(signal).max())
    np.testing.assert_allclose(model.answer(signal), loud / loud.sum(), rtol=1e-4)


def test_an_answer_takes_the_prior_correction_of_its_classes_before_the_temperature(path):
    model = load_model(tiny_model(path, dict.fromkeys(GOOD["labels"], 1 / 16), prior_correction={"calm": 3.0}, temperature=0.5))
    np.testing.assert_allclose(model.probabilities(noise(0.5)), 1 / 16, atol=1e-6)
    wanted = np.array([9.0 if label.endswith("calm") else 1.0 for label in model.settings.labels])
    np.testing.assert_allclose(model.answer(noise(0.5)), wanted / wanted.sum(), atol=1e-6)


def test_the_front_end_of_the_file_is_used(path):
    model = load_model(save(path, tiny_network(UNIFORM), tiny_settings(front_end=MfccChunks())))
    assert model.settings.front_end == MfccChunks()


# Format 3, which knew thresholds without their meaning.

OF_FORMAT_3 = {name: value for name, value in GOOD.items() if name not in ("confidence", "prior_correction", "ood_above")} | {
    "sure_above": {"2": 0.8, "8": 0.5}, "factors": {"calm": 2.0}, "temperature": 1.5, "familiar_below": 0.25, "format": 3}


def test_a_model_file_of_format_3_is_read(path):
    read = load_model(save(path, tiny_network(UNIFORM), {METADATA_KEY: json.dumps(OF_FORMAT_3)})).settings
    assert read == tiny_settings(
        confidence={"2": ConfidenceThreshold(0.8), "8": ConfidenceThreshold(0.5), "3": ConfidenceThreshold(None),
                    "stress": ConfidenceThreshold(None)}, prior_correction={"calm": 2.0}, temperature=1.5, ood_above=0.25)
    for name, old in (("sure_above", {"2": 0.8, "8": 0.5}), ("factors", {"calm": 2.0}), ("familiar_below", 0.25)):
        with pytest.warns(DeprecationWarning, match=f"ModelSettings.{name} is called"):
            assert getattr(read, name) == old


def test_a_model_file_of_format_3_that_nothing_calibrated_has_no_thresholds(path):
    plainest = OF_FORMAT_3 | {"sure_above": {}, "factors": {}, "temperature": 1.0, "familiar_below": None}
    assert load_model(save(path, tiny_network(UNIFORM), {METADATA_KEY: json.dumps(plainest)})).settings.confidence == {}


@pytest.mark.parametrize("change", [{"sure_above": [0.5]}, {"sure_above": {"2": "high"}}, {"sure_above": {"2": 10**400}},
                                    {"factors": {"calm": 0}}, {"factors": 3}, {"classes": ["8"]}, {"odd": 1},
                                    {"familiar_below": "no"}, {"sure_above": {"2": {"threshold": 0.5}}}], ids=str)
def test_settings_of_format_3_that_do_not_fit_are_told(path, change):
    refused(save(path, tiny_network(UNIFORM), {METADATA_KEY: json.dumps(OF_FORMAT_3 | change)}), "settings inside")


# Damage.


@pytest.mark.parametrize("content", [b"", b"\0" * 100, b"not a network", b"PK\x03\x04" + bytes(500), b"\x08\x08" * 50],
                         ids=["empty", "zeros", "text", "zip", "varints"])
def test_a_file_that_is_no_network_is_told(path, content):
    path.write_bytes(content)
    refused(path, "damaged or not an ONNX network|no settings")


def test_a_missing_file_and_a_folder_are_told(path, tmp_path):
    refused(path, r"cannot be read \(No such file")
    refused(tmp_path, r"cannot be read \(Is a directory")


@pytest.mark.parametrize("share", [0.01, 0.3, 0.7, 0.99])
def test_a_truncated_file_is_told(path, share):
    tiny_model(path, {"male_sad": 1.0})
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    refused(path)


def test_a_file_that_is_too_large_is_told_without_reading_it(path):
    path.touch()
    os.truncate(path, LARGEST + 1)
    refused(path, "larger than 256 MB")


@settings(max_examples=60)
@given(st.data())
def test_a_changed_file_is_read_or_refused(tmp_path_factory, data):
    path = tiny_model(tmp_path_factory.getbasetemp() / "changed.onnx", {"male_sad": 1.0})
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content)
    try:
        model = load_model(path)
        found = model.probabilities(noise(0.5))
    except RecognizerError as error:
        assert str(error).endswith(".")
        return
    assert found.sum(axis=1) == pytest.approx(1, abs=1e-3)


# Networks that are no recognizer.


def test_a_network_of_someone_else_is_told(path):
    refused(save(path, tiny_network(UNIFORM), {}), "but not one that intone wrote")
    refused(save(path, tiny_network(UNIFORM), {"labels": "happy,sad"}), "but not one that intone wrote")


@pytest.mark.parametrize("text", ["", "{", "null", "[]", "3", "{}", "NaN", "[" * 100_000, '"' + "x" * 10**6 + '"'],
                         ids=range(9))
def test_metadata_that_are_no_settings_are_told(path, text):
    refused(save(path, tiny_network(UNIFORM), {METADATA_KEY: text}), "settings inside recognizer.onnx are not")


def test_metadata_that_are_no_text_are_told(path):
    tiny_model(path, {"male_sad": 1.0})
    path.write_bytes(path.read_bytes().replace(b'"name": "tiny"', b'"name": "\xff\xfe\xfdy"'))
    refused(path)


@pytest.mark.parametrize("change", [
    {"format": 1}, {"format": "1"}, {"odd": 1}, {"labels": []}, {"labels": ["angry"]}, {"labels": GOOD["labels"][::-1]},
    {"labels": GOOD["labels"][:8]}, {"labels": GOOD["labels"] + ["male_bored"]}, {"labels": ["x" * 10**5]},
    {"classes": "7"}, {"classes": 8}, {"classes": "2"}, {"front_end": None}, {"confidence": [0.5]}, {"confidence": {"2": 0.5}},
    *({"confidence": {"2": KNOWN | one}} for one in ({"threshold": "high"}, {"threshold": 10**400}, {"precision": 1.5}, {"coverage": float("nan")}, {"odd": 1})), {"name": None}, {"name": 5}, {"data": "ravdess"},
    *({"prior_correction": one} for one in ({"calm": 0}, {"calm": 9.0}, {"calm": float("nan")}, {"bored": 1.0})),
    {"front_end": WAVES | {"longest_s": 1e9}}, {"front_end": WAVES | {"shortest_s": 0}}, {"front_end": WAVES | {"normalized": 1}},
    {"front_end": WAVES | {"bands": 80}}, {"front_end": GOOD["front_end"] | {"kind": "pickle"}}, {"front_end": GOOD["front_end"] | {"chunk_s": 1e9}},
    {"front_end": GOOD["front_end"] | {"chunk_s": 0}}, {"front_end": GOOD["front_end"] | {"level_dbfs": 1e9}},
    {"front_end": GOOD["front_end"] | {"mfcc": GOOD["front_end"]["mfcc"] | {"filters": 10**12}}},
    {"front_end": GOOD["front_end"] | {"mfcc": GOOD["front_end"]["mfcc"] | {"fft_size": 2**50}}},
    {"front_end": GOOD["front_end"] | {"mfcc": GOOD["front_end"]["mfcc"] | {"step_s": 0}}},
    {"front_end": GOOD["front_end"] | {"envelope": GOOD["front_end"]["envelope"] | {"window_s": 1e300}}},
    {"front_end": GOOD["front_end"] | {"envelope": GOOD["front_end"]["envelope"] | {"relative_to": "__import__"}}},
], ids=str)
def test_settings_that_do_not_fit_are_told(path, change):
    refused(save(path, tiny_network(UNIFORM), {METADATA_KEY: json.dumps(GOOD | change)}), "settings inside|does not fit")


@pytest.mark.parametrize("name", ["chunk_s", "level_dbfs"])
def test_not_a_number_is_told(path, name):
    front_end = GOOD["front_end"] | {name: float("nan")}
    refused(save(path, tiny_network(UNIFORM), {METADATA_KEY: json.dumps(GOOD | {"front_end": front_end})}), "settings")


def test_a_network_with_other_outputs_than_labels_is_told(path):
    refused(save(path, tiny_network(UNIFORM[:15]), tiny_settings()), "does not fit its 16 labels")
    refused(save(path, tiny_network(UNIFORM), tiny_settings("2")), "does not fit its 4 labels")


def test_a_network_for_other_features_is_told(path):
    wide = MfccChunks(chunk_s=0.2)
    refused(save(path, tiny_network(UNIFORM), tiny_settings(front_end=wide)), "cannot be run")


def network(*nodes: onnx.NodeProto, name: str = "features", initializers: tuple[TensorProto, ...] = ()) -> onnx.ModelProto:
    """A network from (n, 9, 13) to (n, ...) of any nodes."""
    graph = helper.make_graph(
        list(nodes), "odd", [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", 9, 13])],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, None)], list(initializers))
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def test_a_network_with_an_input_of_another_name_is_told(path):
    odd = network(helper.make_node("Flatten", ["x"], ["out"]), name="x")
    refused(save(path, odd, tiny_settings()), "cannot be run|does not fit")


@pytest.mark.parametrize("value", [float("nan"), -1.0, 5.0])
def test_what_a_network_answers_must_be_probabilities(path, value):
    weights = helper.make_tensor("w", TensorProto.FLOAT, [117, 16], np.zeros(117 * 16))
    bias = helper.make_tensor("b", TensorProto.FLOAT, [16], np.full(16, value))
    odd = network(helper.make_node("Flatten", ["features"], ["flat"]),
                  helper.make_node("Gemm", ["flat", "w", "b"], ["out"]), initializers=(weights, bias))
    refused(save(path, odd, tiny_settings()), "does not fit its 16 labels")


def network_that_fails() -> onnx.ModelProto:
    shape = helper.make_tensor("shape", TensorProto.INT64, [2], [7, 1000])
    return network(helper.make_node("Reshape", ["features", "shape"], ["out"]), initializers=(shape,))


def test_a_network_that_fails_when_it_runs_is_told(path):
    refused(save(path, network_that_fails(), tiny_settings()), "cannot be run")


def test_a_network_with_a_loop_is_told_before_it_runs(path):
    """One that never ends would hold whoever loads it."""
    go = helper.make_tensor_value_info("go", TensorProto.BOOL, [])
    kept = helper.make_tensor_value_info("kept", TensorProto.FLOAT, None)
    body = helper.make_graph([helper.make_node("Identity", ["go"], ["still"]), helper.make_node("Identity", ["kept"], ["same"])],
                             "body", [helper.make_tensor_value_info("i", TensorProto.INT64, []), go, kept],
                             [helper.make_tensor_value_info("still", TensorProto.BOOL, []),
                              helper.make_tensor_value_info("same", TensorProto.FLOAT, None)])
    true = helper.make_tensor("true", TensorProto.BOOL, [], [True])
    endless = network(helper.make_node("Loop", ["", "true", "features"], ["out"], body=body), initializers=(true,))
    refused(save(path, endless, tiny_settings()), "has control flow")


def test_a_network_never_reads_another_file(path, tmp_path, monkeypatch):
    """ONNX can keep its weights in a file beside it; read from the working folder they would be someone else's."""
    monkeypatch.chdir(tmp_path)
    whole = tiny_network(UNIFORM)
    onnx.save(whole, "spread.onnx", save_as_external_data=True, location="secret.bin", size_threshold=16)
    spread = onnx.load("spread.onnx", load_external_data=False)
    assert any(tensor.data_location == TensorProto.EXTERNAL for tensor in spread.graph.initializer)
    assert Path("secret.bin").stat().st_size > 1000
    refused(save(path, spread, tiny_settings()), "damaged or not an ONNX network")


def lying(dims: list[int], data: bytes) -> TensorProto:
    """Weights that state other dimensions than they have numbers."""
    return TensorProto(name="w", data_type=TensorProto.FLOAT, dims=dims, raw_data=data)


@pytest.mark.parametrize("dims", [[117, 16], [2**40, 16], [2**62, 2**62], [-1, 16], [0, 16], [117, 2**31]], ids=str)
def test_weights_that_lie_about_their_size_are_told(path, dims):
    bias = helper.make_tensor("b", TensorProto.FLOAT, [16], UNIFORM)
    odd = network(helper.make_node("Flatten", ["features"], ["flat"]), helper.make_node("Gemm", ["flat", "w", "b"], ["out"]),
                  initializers=(lying(dims, b"\0" * 64), bias))
    refused(save(path, odd, tiny_settings()))


@pytest.mark.parametrize("operator", ["ConstantOfShape", "Expand", "Tile"])
def test_what_would_become_larger_than_any_memory_is_told(path, operator):
    huge = helper.make_tensor("huge", TensorProto.INT64, [2 if operator == "ConstantOfShape" else 3],
                              [2**24, 2**24] if operator == "ConstantOfShape" else [2**20, 9 if operator == "Expand" else 2**14, 13])
    inputs = ["huge"] if operator == "ConstantOfShape" else ["features", "huge"]
    odd = network(helper.make_node(operator, inputs, ["out"]), initializers=(huge,))
    if operator == "Expand":
        huge.CopyFrom(helper.make_tensor("huge", TensorProto.INT64, [4], [2**44, 1, 9, 13]))
        odd = network(helper.make_node(operator, inputs, ["out"]), initializers=(huge,))
    before = psutil.Process().memory_info().rss
    refused(save(path, odd, tiny_settings()))
    assert psutil.Process().memory_info().rss - before < 200e6


@pytest.mark.parametrize("name", ["labels", "front_end", "classes", "confidence", "format", "prior_correction", "temperature"])
def test_settings_that_lack_something_are_told(path, name):
    rest = {key: value for key, value in GOOD.items() if key != name}
    refused(save(path, tiny_network(UNIFORM), {METADATA_KEY: json.dumps(rest)}), f"other fields than expected: {name}")


def test_the_bundled_networks_are_those_that_were_measured():
    """Their digests; whoever puts another one there puts its digest here, and measures again."""
    folder = resources.files("intone") / "recognizers"
    names = tomllib.loads((folder / "default.toml").read_text())["recognizers"]
    assert {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names} == BUNDLED
    assert {name: load_model(Path(str(folder / name))).version for name in names} == {
        name: digest[:12] for name, digest in BUNDLED.items()}


def test_a_refusal_says_nothing_but_its_sentence(path, capfd):
    whole = tiny_network(UNIFORM).SerializeToString()
    for content in (b"not a network", whole[:-100], whole.replace(b"Softmax", b"\xffoftmax")):
        path.write_bytes(content)
        refused(path)
    save(path, tiny_network(UNIFORM), tiny_settings(front_end=MfccChunks(chunk_s=0.2)))
    refused(path, "cannot be run")
    save(path, network_that_fails(), tiny_settings())
    refused(path, "cannot be run")
    assert capfd.readouterr() == ("", "")
