"""Encoders: the states are those of transformers, for one clip and for several, and what is no encoder is told."""

import json
import os
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
import torch
import transformers
from safetensors.torch import load_file, save_file

from intone.errors import TrainingError
from intone.features.front_end import LogMel, Waveform
from intone.training.encoders import FEWEST, KINDS, Encoder, front_end_of, load_encoder, pooled
from sounds import voice
from tiny_encoder import LARGE, LAYERS, WAVES, WIDTH, write_encoder, write_wave_encoder

SEVERAL = ["whisper", *WAVES, *(f"{kind} large" for kind in WAVES), "hubert with batches", "wavlm of three heads"]


@pytest.fixture(scope="module", params=SEVERAL)
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    kind, _, how = request.param.partition(" ")
    made = tmp_path_factory.mktemp("encoder")
    if kind == "whisper":
        return write_encoder(made)
    changes = {"large": LARGE, "with batches": {"conv_pos_batch_norm": True}, "of three heads": {
        "hidden_size": 21, "num_attention_heads": 3, "num_conv_pos_embeddings": 7, "num_conv_pos_embedding_groups": 3}}
    return write_wave_encoder(made, kind, **changes.get(how, {}))


@pytest.fixture(scope="module")
def wavlm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_wave_encoder(tmp_path_factory.mktemp("wavlm"), "wavlm")


def heard(folder: Path, seconds: float = 0.7) -> torch.Tensor:
    """What an encoder hears of a speaker."""
    return torch.from_numpy(front_end_of(str(folder))(voice(seconds)))


@torch.no_grad()
def wanted(folder: Path, features: torch.Tensor) -> torch.Tensor:
    """The states that transformers gives, (layers + 1, tokens, width), without a last one that is normalised again."""
    whole = transformers.AutoModel.from_pretrained(folder).eval()
    again = whole.config.model_type == "whisper" or whole.config.do_stable_layer_norm
    if whole.config.model_type == "whisper":  # which wants 30 seconds
        whole = whole.get_encoder()
    states = torch.cat(whole(features, output_hidden_states=True).hidden_states)
    return states[:LAYERS] if again else states


@torch.no_grad()
def test_the_states_are_those_of_transformers(folder: Path) -> None:
    encoder = load_encoder(str(folder), LAYERS)
    features = torch.randn(1, 80, 3000) if isinstance(front_end_of(str(folder)), LogMel) else heard(folder)
    states, judge = encoder(features), wanted(folder, features)
    assert states.shape == (LAYERS + 1, judge.shape[1], encoder.width) and len(judge) >= LAYERS
    torch.testing.assert_close(states[: len(judge)], judge, atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(load_encoder(str(folder), 0)(features), states[:1])
    assert all(float((one - other).abs().max()) > 0.01 for one, other in pairwise(states))


@torch.no_grad()
def test_layers_give_several_clips_what_they_give_one(folder: Path) -> None:
    encoder = load_encoder(str(folder), LAYERS)
    long, short = encoder(heard(folder)), encoder(heard(folder, 0.3))
    size, fewer = long.shape[1], short.shape[1]
    together = torch.stack([long[1], torch.cat([short[1], torch.randn(size - fewer, encoder.width)])])
    mask = torch.zeros(2, 1, 1, size)
    mask[1, ..., fewer:] = -1e9
    for number, layer in enumerate(encoder.take_off(1, 1), start=2):
        together = layer(together, mask)
        torch.testing.assert_close(together[0], long[number], atol=1e-5, rtol=1e-4)
        torch.testing.assert_close(together[1, :fewer], short[number], atol=1e-5, rtol=1e-4)
    assert number == LAYERS and len(encoder.layers) == 1


@torch.no_grad()
def test_a_token_every_20_ms_and_some_of_the_shortest_sound(folder: Path) -> None:
    encoder, front_end = load_encoder(str(folder), 1), front_end_of(str(folder))
    assert encoder(heard(folder, front_end.shortest_s)).shape[1] >= FEWEST
    assert encoder(heard(folder, 2.02)).shape[1] - encoder(heard(folder, 1.02)).shape[1] == 50
    assert encoder(heard(folder, 20.0)).shape[1] in (399, 400)


@torch.no_grad()
def test_tokens_that_stand_for_several_lie_as_far_apart(wavlm: Path) -> None:
    encoder = load_encoder(str(wavlm), LAYERS)
    fine = encoder.layers[1].layer.attention
    coarse = encoder.take_off(1, 4)[0].layer.attention
    tokens = torch.randn(1, 2, 30, WIDTH // 2)
    same = fine._distances(tokens.repeat_interleave(4, dim=2))[:, :, ::4, ::4]
    torch.testing.assert_close(coarse._distances(tokens), same)
    assert float((fine._distances(tokens) - same).abs().max()) > 0.1


def test_what_distances_count_is_not_learned(wavlm: Path) -> None:
    upper = load_encoder(str(wavlm), LAYERS).take_off(0, 4)
    fixed = {name for name, weight in torch.nn.ModuleList(upper).named_parameters() if not weight.requires_grad}
    assert fixed and all(name.endswith("rel_attn_embed.weight") for name in fixed)
    hidden = torch.randn(2, 8, WIDTH)
    for layer in upper:
        hidden = layer(hidden, None)
    hidden.square().mean().backward()
    assert all(weight.grad is not None for layer in upper for weight in layer.parameters() if weight.requires_grad)


def test_pooling_is_mean_and_deviation() -> None:
    states = torch.randn(4, 7, 5)
    mean, deviation = pooled(states).split(5, dim=1)
    torch.testing.assert_close(mean, states.mean(1))
    torch.testing.assert_close(deviation, states.std(1, correction=0))


# What an encoder hears.


@pytest.mark.parametrize(("kind", "changes", "normalized"), [
    ("wav2vec2", {}, True), ("hubert", {}, True), ("wavlm", {}, False), ("wavlm", LARGE, True)])
def test_the_samples_are_normalised_where_the_encoder_wants_it(
    kind: str, changes: dict[str, object], normalized: bool, tmp_path: Path
) -> None:
    WAVES[kind](**changes).save_pretrained(tmp_path)
    assert front_end_of(str(tmp_path)) == Waveform(normalized=normalized, longest_s=8.0)
    for told in (True, False):
        transformers.Wav2Vec2FeatureExtractor(do_normalize=told).save_pretrained(tmp_path)
        assert front_end_of(str(tmp_path)) == Waveform(normalized=told, longest_s=8.0)


@pytest.mark.parametrize("bands", [80, 128])
def test_whisper_hears_as_many_bands_as_it_was_made_for(bands: int, tmp_path: Path) -> None:
    transformers.WhisperConfig(num_mel_bins=bands).save_pretrained(tmp_path)
    assert front_end_of(str(tmp_path)) == LogMel(bands=bands, longest_s=8.0)


@torch.no_grad()
def test_a_wider_stem_needs_a_longer_sound(tmp_path: Path) -> None:
    write_wave_encoder(tmp_path, "hubert", conv_kernel=(10, 3, 3, 3, 3, 2, 12))
    front_end = front_end_of(str(tmp_path))
    assert front_end.shortest_s == 0.19
    assert load_encoder(str(tmp_path), 1)(heard(tmp_path, front_end.shortest_s)).shape[1] == FEWEST


def test_an_encoder_of_another_rate_is_told(tmp_path: Path) -> None:
    transformers.HubertConfig().save_pretrained(tmp_path)
    transformers.Wav2Vec2FeatureExtractor(sampling_rate=8000).save_pretrained(tmp_path)
    with pytest.raises(TrainingError, match="hears 8000 samples a second: name one that hears 16000"):
        front_end_of(str(tmp_path))


# Files.


def _halved(folder: Path) -> None:
    weights = load_file(folder / "model.safetensors")
    save_file({name: one.half() for name, one in weights.items()}, folder / "model.safetensors", {"format": "pt"})


def _pickled(folder: Path) -> None:
    torch.save(load_file(folder / "model.safetensors"), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()


@torch.no_grad()
@pytest.mark.parametrize(("change", "tolerance"), [(_halved, 1e-2), (_pickled, 0)], ids=["halved", "pickled"])
def test_weights_are_read_as_32_bits_from_either_kind_of_file(
    change: Callable[[Path], None], tolerance: float, wavlm: Path, tmp_path: Path
) -> None:
    write_wave_encoder(tmp_path, "wavlm")
    change(tmp_path)
    encoder: Encoder = load_encoder(str(tmp_path), LAYERS)
    assert {weight.dtype for weight in encoder.parameters()} == {torch.float32}
    states = load_encoder(str(wavlm), LAYERS)(heard(wavlm))
    torch.testing.assert_close(encoder(heard(wavlm)), states, atol=tolerance, rtol=tolerance)


class _Runs:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, ("ran",)


def _hostile(folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    torch.save({"encoder.layer_norm.weight": _Runs()}, folder / "pytorch_model.bin")


def _cut(folder: Path) -> None:
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:1000])


def _without_a_layer(folder: Path) -> None:
    weights = load_file(folder / "model.safetensors")
    kept = {name: one for name, one in weights.items() if ".layers.1." not in name}
    save_file(kept, folder / "model.safetensors", {"format": "pt"})


def _set(**values: object) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        path = folder / "config.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | values))
    return change


@pytest.mark.parametrize(("change", "said"), [
    (_hostile, "There is no encoder at"), (_cut, "There is no encoder at"),
    (_without_a_layer, "are not whole"), (_set(hidden_size=48), "There is no encoder at"),
    (_set(hidden_size="wide"), "There is no encoder at"), (_set(conv_dim=[8]), "There is no encoder at"),
    (_set(num_attention_heads=5), "There is no encoder at"),
    (_set(model_type="odd", auto_map={"AutoConfig": "odd.Odd"}), "There is no encoder at"),
    (lambda folder: (folder / "config.json").write_text("{"), "There is no encoder at"),
    (lambda folder: (folder / "model.safetensors").unlink(), "There is no encoder at"),
], ids=["hostile", "cut", "a layer missing", "width", "type", "stem", "heads", "code", "settings", "weights"])
def test_a_damaged_encoder_gets_one_sentence(
    change: Callable[[Path], object], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    change(write_wave_encoder(tmp_path / "encoder", "wavlm"))
    with pytest.raises(TrainingError, match=said) as told:
        load_encoder(str(tmp_path / "encoder"), 2)
    assert str(told.value).endswith(".") and "\n" not in str(told.value)
    assert not (tmp_path / "ran").exists()


def test_what_is_no_encoder_gets_one_sentence(wavlm: Path, tmp_path: Path) -> None:
    for read in (front_end_of, lambda name: load_encoder(name, 1)):
        with pytest.raises(TrainingError, match="There is no encoder at"):
            read(str(tmp_path))
    with pytest.raises(TrainingError, match="has 3 layers, so 4 cannot be used"):
        load_encoder(str(wavlm), 4)
    transformers.BertConfig().save_pretrained(tmp_path / "bert")
    with pytest.raises(TrainingError, match=f"is a bert model: name one of {', '.join(KINDS[:-1])} or wavlm"):
        front_end_of(str(tmp_path / "bert"))
    (tmp_path / "bert" / "preprocessor_config.json").write_text("{")
    transformers.HubertConfig().save_pretrained(tmp_path / "bert")
    with pytest.raises(TrainingError, match="There is no encoder at"):
        front_end_of(str(tmp_path / "bert"))
