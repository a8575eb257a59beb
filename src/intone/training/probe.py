"""A linear probe: a linear classifier of emotion on the layers of a frozen speech encoder.

    intone train ravdess=DIR crema-d=DIR --model openai/whisper-base --recipe probe --to RUN

Statistics pooling (mean and standard deviation over time) of some layers -> one linear layer -> softmax. The encoder is
not trained: every clip goes through it a few times (`encoder_cache`: as it is, and augmented), and the fit itself is a
convex problem of a minute.

What sets one corpus, one speaker or one room apart from another moves the features more than an emotion does. So a
weight pays for it: the penalty of the weights w of a class is

    penalty * w^T (I + nuisance * (S_speakers + S_corpora + S_corruptions)) w

with the covariances S of how speakers differ from each other, corpora from each other, and augmented clips from
themselves, in units of the standardised features. With penalty * |w|^2 alone a probe that is trained on three corpora
answers the fourth little better than chance. It is the penalty of "nuisance attribute projection" (Solomonoff et al.
2005, https://doi.org/10.1109/ICASSP.2005.1415188), made soft as in within-class covariance normalisation (Hatch et al.
2006, https://doi.org/10.21437/Interspeech.2006-183).

A second linear layer reads what is left when each speaker's own voice is subtracted. It answers on clips of a speaker
who is heard more than once (`recognition.adaptation`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from intone import labels
from intone.corpora import splits
from intone.recognition.adaptation import Adaptation
from intone.training import encoder_cache, run
from intone.training.checkpoint import load_weights, save_weights
from intone.training.distributed import ranks
from intone.training.encoder_cache import StateSettings
from intone.training.encoders import Encoder, load_encoder, pooled
from intone.training.novelty import FARTHEST
from intone.training.recipes import ProbeRecipe
from intone.training.run import FEATURES, RunSettings
from intone.training.targets import NEVER, importance, log_priors, soft

if TYPE_CHECKING:
    import pandas as pd


class Reading(nn.Module):
    """The linear layers: mean and deviation over time of layers, (clips, layers, 2 width) -> logits.

    Layers are counted from the stem, which is 0. Every feature is standardised and clipped to `FARTHEST` deviations
    first, so that an unusual sound cannot decide an answer by one extreme feature. The logit of a label is that of its
    class plus that of its sex. `means`: the mean of the second layer for each class, relative to the speaker's own,
    (classes, classes).
    """

    mean: Tensor
    deviation: Tensor
    means: Tensor

    def __init__(self, layers: Sequence[int], width: int, outputs: Sequence[str]) -> None:
        super().__init__()
        self.layers = list(layers)
        size, parts = len(self.layers) * 2 * width, labels.parts(outputs)
        self.parts, self.classes = torch.from_numpy(parts), int(parts[:, 0].max()) + 1
        self.register_buffer("mean", torch.zeros(size))
        self.register_buffer("deviation", torch.ones(size))
        self.register_buffer("means", torch.zeros(self.classes, self.classes))
        self.linear = nn.Linear(size, int(parts.max()) + 1)
        self.relative = nn.Linear(size, self.classes)

    def standard(self, found: Tensor) -> Tensor:
        """The features that are read, (clips, n), in standard deviations from their means."""
        return ((found[:, self.layers].flatten(1) - self.mean) / self.deviation).clamp(-FARTHEST, FARTHEST)

    def forward(self, found: Tensor) -> tuple[Tensor, Tensor]:
        """Logits (clips, labels), and the evidence of `recognition.adaptation`, (clips, 1, 2, classes)."""
        features = self.standard(found)
        parts = self.linear(features)
        plain = torch.log_softmax(parts[:, : self.classes], 1)
        return parts[:, self.parts].sum(2), torch.stack([plain, self.relative(features)], 1)[:, None]


class Probe(nn.Module):
    """Encoder, pooling and linear layers: the encoder's input of one clip -> logits (1, labels)."""

    extra = "evidence"
    """What `judged` gives besides the logits."""

    def __init__(self, encoder: Encoder, reading: Reading) -> None:
        super().__init__()
        self.encoder, self.reading = encoder, reading

    def forward(self, features: Tensor) -> Tensor:
        return self.judged(features)[0]

    def judged(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Logits (1, labels) and evidence (1, 1, 2, classes)."""
        found: tuple[Tensor, Tensor] = self.reading(pooled(self.encoder(features))[None])
        return found

    def adaptation(self) -> Adaptation:
        """How its answers about clips of one speaker are adapted."""
        return Adaptation((1.0,), (tuple(tuple(row) for row in self.reading.means.tolist()),))


def train(
    table: "pd.DataFrame", settings: RunSettings, folder: Path, *, cache_in: Path | None = None, jobs: int | None = None
) -> None:
    """Fit the probe of a run on the clips of `run.plan`; writes `best.safetensors` into its folder.

    `cache_in` shares the pooled states of clips between runs; without it they are kept in the run's folder.
    """
    recipe = settings.recipe_of(ProbeRecipe)
    if not ranks().first:
        return  # a fit of a minute is not shared
    run.open_run(folder, settings)
    if (folder / run.BEST).is_file():
        return
    kept = StateSettings(recipe.encoder, max(recipe.layers), recipe.front_end, recipe.views)
    files = encoder_cache.encode(table, kept, cache_in or folder / FEATURES, jobs=jobs)
    save_weights(folder / run.BEST, fitted(table, settings, files).state_dict(), {})


def network(folder: Path) -> Probe:
    """The trained probe of a run, with its encoder."""
    made = run.read_run(folder)
    recipe = made.recipe_of(ProbeRecipe)
    encoder = load_encoder(recipe.encoder, max(recipe.layers))
    reading = Reading(recipe.layers, encoder.width, made.labels)
    reading.load_state_dict(load_weights(folder / run.BEST)[0])
    return Probe(encoder, reading).eval()


def fitted(table: "pd.DataFrame", settings: RunSettings, files: Sequence[Path]) -> Reading:
    """The linear layers fitted on the clips of speakers that do not validate; `files` are those of `encode`."""
    recipe, scheme = settings.recipe_of(ProbeRecipe), labels.scheme(settings.classes)
    trains = [int(row) for row in np.flatnonzero(~splits.speakers(table).isin(settings.validating).to_numpy())]
    table = table.iloc[trains].reset_index(drop=True)
    found = torch.from_numpy(np.stack([encoder_cache.read_pooled(files[row]) for row in trains], axis=1))
    reading = Reading(recipe.layers, found.shape[3] // 2, settings.labels)
    clips = found[0][:, reading.layers].flatten(1)
    reading.mean.copy_(clips.mean(0))
    reading.deviation.copy_(clips.std(0, correction=0) + 1e-6)
    views = torch.stack([reading.standard(view) for view in found])  # (views, clips, features)
    del found, clips

    wanted = torch.from_numpy(soft(table, scheme, recipe.votes))
    priors, weights = torch.from_numpy(log_priors(table, wanted.numpy())), torch.from_numpy(importance(table))
    classes = table["class"].map(scheme.classes.index).to_numpy()
    speakers, corpora = splits.speakers(table).to_numpy(), table["corpus"].to_numpy()
    voices = [voices_of(view, classes, speakers, len(scheme.classes)) for view in views]
    apart = recipe.nuisance * _corruptions(views)
    metric = apart + recipe.nuisance * _between(voices[0].offsets, corpora)

    def learn(views: Tensor, metric: Tensor, wanted: Tensor, priors: Tensor, weights: Tensor) -> tuple[Tensor, Tensor]:
        number = len(views)
        return fit(views.flatten(0, 1), wanted.repeat(number, 1), priors.repeat(number, 1), weights.repeat(number),
                   recipe.penalty, metric)

    weight, bias = learn(views, metric, wanted, priors, weights)
    known = torch.from_numpy(np.array(table["sex"].isin(labels.SEXES)))
    sexes = [one for one in labels.SEXES if any(label.startswith(f"{one}_") for label in settings.labels)]
    sex = torch.tensor([[float(one == other) for other in sexes] for one in table["sex"][known.numpy()]])
    if len(sexes) > 1 and len(sex):
        of_sex, bias_of_sex = learn(views[:, known], metric, sex, torch.zeros_like(sex), weights[known])
    else:
        of_sex, bias_of_sex = torch.zeros(len(sexes), weight.shape[1]), torch.zeros(len(sexes))
    own = torch.stack([view - voice.offsets for view, voice in zip(views, voices, strict=True)])
    relative, relative_bias = learn(own, apart, wanted, priors, weights)
    never = torch.from_numpy(~np.isin(np.arange(len(scheme.classes)), classes))
    bias[never] = relative_bias[never] = NEVER
    weight[never] = relative[never] = 0
    reading.linear.weight.data, reading.linear.bias.data = torch.cat([weight, of_sex]), torch.cat([bias, bias_of_sex])
    reading.relative.weight.data, reading.relative.bias.data = relative, relative_bias
    reading.means.copy_(voices[0].means @ relative.T + relative_bias)
    return reading


@dataclass(frozen=True)
class Voices:
    """Features as the sum of an emotion and a voice: x = mean of its class + offset of its speaker + rest.

    `means` (classes, features) are relative to the speakers; `offsets` (clips, features) is that of each clip's.
    """

    means: Tensor
    offsets: Tensor


def voices_of(
    features: Tensor, classes: NDArray[np.int64], speakers: NDArray[np.object_], number: int
) -> Voices:
    """Class means and speakers' offsets of features (clips, n), by the class, of `number`, and the speaker of each.

    Every class of a speaker counts the same, so that a speaker of whom most clips are angry has no angry offset. A
    speaker of whom a single class is known says nothing of the means.
    """
    sums, counts = torch.zeros(number, features.shape[1]), torch.zeros(number)
    found: dict[object, dict[int, Tensor]] = {}
    for speaker in sorted(set(speakers)):
        rows = np.flatnonzero(speakers == speaker)
        own = found[speaker] = {int(one): features[rows[classes[rows] == one]].mean(0) for one in set(classes[rows])}
        middle = torch.stack(list(own.values())).mean(0)
        for one, mean in own.items() if len(own) > 1 else ():
            sums[one] += mean - middle
            counts[one] += 1
    means = sums / counts.clamp_min(1)[:, None]
    offsets = torch.zeros_like(features)
    for speaker, own in found.items():
        offsets[speakers == speaker] = torch.stack([mean - means[one] for one, mean in own.items()]).mean(0)
    return Voices(means, offsets)


def _between(offsets: Tensor, corpora: NDArray[np.object_]) -> Tensor:
    """The covariances of the speakers of a corpus (the mean of all corpora), and that of the corpora, summed."""
    apart, middles = torch.zeros(offsets.shape[1], offsets.shape[1]), []
    names = sorted(set(corpora))
    for name in names:
        own = torch.unique(offsets[corpora == name], dim=0)
        middles.append(own.mean(0))
        apart += (own - middles[-1]).T @ (own - middles[-1]) / len(own) / len(names)
    between = torch.stack(middles)
    between -= between.mean(0)
    return apart + between.T @ between / len(names)


def _corruptions(views: Tensor) -> Tensor:
    """The mean square by which the augmented views of the clips differ from the clips, (features, features)."""
    total = torch.zeros(views.shape[2], views.shape[2])
    for view in views[1:]:
        total += (view - views[0]).T @ (view - views[0]) / len(view) / (len(views) - 1)
    return total


def fit(
    features: Tensor, wanted: Tensor, log_priors: Tensor, weights: Tensor, penalty: float, metric: Tensor
) -> tuple[Tensor, Tensor]:
    """Weights (classes, features) and biases (classes,) of a logistic regression.

    Minimises, for features x (clips, features), targets t (clips, classes) and the importance v of each clip,

        sum_i v_i CE(t_i, softmax(W x_i + b + log prior_i)) / sum_i v_i  +  penalty * trace(W (I + metric) W^T)

    by L-BFGS. With I + metric = L L^T (Cholesky), W = U L^-1 and y = L^-1 x the penalty is that of the squares of U,
    and the problem is as well conditioned as can be.
    """
    lower = torch.linalg.cholesky(torch.eye(len(metric)) + metric)
    x = torch.linalg.solve_triangular(lower, features.T, upper=False).T.contiguous()
    weight = torch.zeros(wanted.shape[1], x.shape[1], requires_grad=True)
    bias = torch.zeros(wanted.shape[1], requires_grad=True)
    optimizer = torch.optim.LBFGS([weight, bias], max_iter=100, history_size=20, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        optimizer.zero_grad()
        logits = x @ weight.T + bias + log_priors
        value = (weights * nn.functional.cross_entropy(logits, wanted, reduction="none")).sum() / weights.sum()
        value = value + penalty * weight.square().sum()
        value.backward()
        return value

    optimizer.step(loss)
    return torch.linalg.solve_triangular(lower.T, weight.detach().T, upper=True).T.contiguous(), bias.detach()
