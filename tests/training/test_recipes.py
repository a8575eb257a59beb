"""Recipes, what trains them, and the settings of runs of an earlier version."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from intone.errors import UsageError
from intone.features.front_end import LogMel
from intone.training import run
from intone.training.recipes import RECIPES, TRAINERS, ProbeRecipe, TunedRecipe, recipe, trainer
from intone.training.run import RunSettings

OF_VERSION_0_2 = """{"recipe": {"name": "base tuned", "encoder": "openai/whisper-base",
"front_end": {"kind": "log-mel", "bands": 80, "shortest_s": 0.1, "longest_s": 30.0}, "model": "encoder-tuned",
"frozen": 2, "tuned": 2, "stride": 2, "epochs": 8, "batch": 32, "others": 6000, "longest_s": 3.0, "unlikely": 2.5,
"precision": "mixed", "learning_rate": 0.00015, "layer_decay": 0.8, "head_rate": 0.001, "weight_decay": 0.05,
"warm_up": 0.1, "dropout": 0.3, "smoothing": 0.1, "held_out_share": 0.16666666666666666}, "sex": "both", "classes": "2",
"labels": ["female_negative", "female_positive", "male_negative", "male_positive"], "seed": 1, "validation": "actors",
"held_out": ["ravdess:1"], "validating": ["crema-d:1001", "ravdess:2"], "clips": "0123456789abcdef"}"""

TUNED, PROBE = TunedRecipe("base tuned", "openai/whisper-base", LogMel()), ProbeRecipe("base probe", "any", LogMel())


def test_a_run_of_version_0_2_is_read_and_goes_on(tmp_path: Path) -> None:
    (tmp_path / run.SETTINGS).write_text(OF_VERSION_0_2)
    found = run.read_run(tmp_path)
    assert found.recipe == replace(TUNED, logit_adjustment=2.5)
    assert (found.held_out, found.validating) == (("ravdess:1",), ("crema-d:1001", "ravdess:2"))
    run.open_run(tmp_path, found)
    assert (tmp_path / run.SETTINGS).read_text() == OF_VERSION_0_2
    with pytest.raises(run.TrainingError, match="a run with another recipe"):
        run.open_run(tmp_path, replace(found, recipe=TUNED))


def test_other_fields_are_an_error_still(tmp_path: Path) -> None:
    values = json.loads(OF_VERSION_0_2)
    values["recipe"]["logit_adjustment"] = values["recipe"].pop("unlikely")
    (tmp_path / run.SETTINGS).write_text(json.dumps(values))
    assert run.read_run(tmp_path).recipe == replace(TUNED, logit_adjustment=2.5)
    values["recipe"]["likely"] = 1.0
    (tmp_path / run.SETTINGS).write_text(json.dumps(values))
    with pytest.raises(run.TrainingError, match="other fields than expected: likely"):
        run.read_run(tmp_path)


def test_every_kind_of_recipe_names_its_trainer() -> None:
    kinds = {one.model: trainer(one) for one in (*RECIPES.values(), TUNED, PROBE)}
    assert kinds == TRAINERS
    assert {model: one.unit for model, one in kinds.items()} == {
        "mfcc-cnn": "chunks", "encoder-tuned": "clips", "encoder-probe": "clips"}
    for one in kinds.values():
        module = sys.modules.get(one.module) or __import__(one.module, fromlist=["train"])
        assert callable(module.train) and callable(module.network)


def test_recipes_are_there_without_pytorch() -> None:
    code = "import sys; from intone.training import recipes, run; print('torch' in sys.modules, len(recipes.TRAINERS))"
    assert subprocess.check_output([sys.executable, "-c", code], text=True) == "False 3\n"


def test_epochs() -> None:
    assert recipe("original").with_epochs(3).epochs == TUNED.with_epochs(3).epochs == 3
    assert TUNED.with_epochs(None) is TUNED and PROBE.with_epochs(None) is PROBE
    with pytest.raises(UsageError, match="0 epochs cannot be trained"):
        TUNED.with_epochs(0)
    with pytest.raises(UsageError, match="has no epochs: leave --epochs out"):
        PROBE.with_epochs(3)


def test_a_trainer_asks_for_its_own_kind() -> None:
    made = RunSettings(TUNED, "both", "8", (), 1, "none", (), (), "")
    assert made.recipe_of(TunedRecipe) is TUNED
    with pytest.raises(AssertionError):
        made.recipe_of(ProbeRecipe)
