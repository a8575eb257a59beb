"""Vectors of voices -> speakers, with their number estimated: a tree of clusters (Ward, SciPy), cut at one height.

How much alike two pieces of one voice are depends on the recording: its room, its noise, how long the pieces are, how
much the speaker's emotions change. No threshold holds for all. So clusters are speakers where even the two that are
most alike are less alike than the pieces within all of them, in proportion: the mean similarity between the two is
below `ratio` of the mean similarity within clusters. The largest number of clusters of which that holds is the number
of speakers; it is one where it does not hold of two already. Few pairs have no mean that could be relied on; they count
as if `usual_pairs` more of the similarity `usual` were among them. A cluster with next to no speech is no speaker: a
cough or a laugh must not invent one.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]

_CUTS = 14
"""The most clusters of a tree that are looked at, those with next to no speech among them."""


@dataclass(frozen=True)
class ClusteringSettings:
    """What makes two voices one speaker; similarity is the cosine.

    `ratio`: as above. `highest`: mean similarity between two clusters from which on they are one, whatever is within.
    `known`: the same where the number of speakers is given, and only says how far a single voice may be split.
    `matched`: mean similarity above which the voices of two windows are one, and by how much more alike they have to be
    where they are `told_apart` in every window; in proportion where that is in some of them. `least_s`, `least_share`:
    seconds and share of the speech that a speaker has.
    """

    ratio: float = 0.76
    highest: float = 0.5
    usual: float = 0.5
    usual_pairs: int = 20
    known: float = 0.7
    matched: float = 0.7
    told_apart: float = 0.3
    least_s: float = 2.0
    least_share: float = 0.1


def clusters(
    vectors: Vectors, seconds: NDArray[np.float64], settings: ClusteringSettings, most: int | None = None
) -> NDArray[np.int64]:
    """The cluster of each of some unit vectors (pieces, numbers), of so many seconds of speech each: (pieces,).

    `most`: the number of speakers where it is given; there are fewer where the voices are too much alike.
    """
    if len(vectors) < 2:
        return np.zeros(len(vectors), np.int64)
    if most is not None:
        return _without_small(vectors, seconds, _known(vectors, settings, most), settings)
    from scipy.cluster.hierarchy import cut_tree, linkage  # 0.1 s that a recording of one voice does without

    least_s = max(settings.least_s, settings.least_share * float(seconds.sum()))
    cuts = cut_tree(linkage(vectors, "ward"), range(2, min(len(vectors), _CUTS) + 1)).T
    by_number: dict[int, NDArray[np.int64]] = {}
    for cut in (_large(one, seconds, least_s) for one in cuts):
        by_number.setdefault(int(cut.max()) + 1, cut)
    found = np.zeros(len(vectors), np.int64)
    for number in sorted(by_number.keys() - {0, 1}):
        counted = by_number[number] >= 0
        if _differ(vectors[counted], by_number[number][counted], settings):
            found = by_number[number]
        elif number == 2:
            break
    small = found < 0
    found[small] = nearest(vectors[small], centres(vectors[~small], seconds[~small], found[~small]))
    return found


def matched(
    vectors: Vectors, windows: NDArray[np.int64], settings: ClusteringSettings, most: int | None = None
) -> NDArray[np.int64]:
    """The same for the voices of several windows, each already the mean of many pieces: (voices,).

    The two most alike are joined, again and again (average linkage). Voices of one window were told apart there: of two
    that are in one window again and again each is a speaker, and a voice that split off in a single one is not.
    """
    found = np.arange(len(vectors))
    total = max(1, len(set(windows.tolist())))
    while found.any():
        together = np.zeros((found.max() + 1, windows.max() + 1), bool)
        together[found, windows] = True
        shared = together.astype(float) @ together.T / total
        likeness = _between(vectors, found) - settings.told_apart * shared
        np.fill_diagonal(likeness, -np.inf)
        one, other = sorted(map(int, np.unravel_index(likeness.argmax(), likeness.shape)))
        if likeness[one, other] <= settings.matched and (most is None or len(likeness) <= most):
            break
        found = np.unique(np.where(found == other, one, found), return_inverse=True)[1]
    return found


def _large(found: NDArray[np.int64], seconds: NDArray[np.float64], least_s: float) -> NDArray[np.int64]:
    """The clusters that have so much speech, numbered anew; -1 for the members of the others."""
    large = np.bincount(found, seconds) >= least_s
    return np.where(large, np.cumsum(large) - 1, -1)[found]


def _differ(vectors: Vectors, found: NDArray[np.int64], settings: ClusteringSettings) -> bool:
    """Whether each of some clusters, at least two, is a speaker."""
    means = _between(vectors, found)
    pairs = np.triu_indices(len(vectors), 1)
    within = (vectors @ vectors.T)[pairs][(found[:, None] == found)[pairs]]
    usual = settings.usual_pairs * settings.usual
    inside = (within.sum() + usual) / (len(within) + settings.usual_pairs)
    return bool(means.max() < min(settings.highest, settings.ratio * inside))


def _between(vectors: Vectors, found: NDArray[np.int64]) -> NDArray[np.float64]:
    """The mean similarity of every two clusters, (clusters, clusters); -1 of each to itself."""
    sums = np.stack([vectors[found == one].sum(axis=0) for one in range(found.max() + 1)]).astype(np.float64)
    sizes = np.bincount(found)
    means = np.asarray(sums @ sums.T / np.outer(sizes, sizes))
    np.fill_diagonal(means, -1)
    return means


def _known(vectors: Vectors, settings: ClusteringSettings, most: int) -> NDArray[np.int64]:
    """So many clusters, or fewer where two of them are too much alike for two speakers."""
    from scipy.cluster.hierarchy import cut_tree, linkage

    found = np.asarray(cut_tree(linkage(vectors, "ward"), [min(most, len(vectors))])[:, 0], np.int64)
    while found.max() > 0:
        means = _between(vectors, found)
        one, other = sorted(map(int, np.unravel_index(means.argmax(), means.shape)))
        if means[one, other] <= settings.known:
            break
        found = np.unique(np.where(found == other, one, found), return_inverse=True)[1]
    return found


def _without_small(
    vectors: Vectors, seconds: NDArray[np.float64], found: NDArray[np.int64], settings: ClusteringSettings
) -> NDArray[np.int64]:
    """The same with the members of small clusters in the nearest of the others; the largest is never small."""
    sizes = np.bincount(found, seconds)
    kept = np.flatnonzero((sizes >= settings.least_s) | (sizes == sizes.max()))
    return nearest(vectors, centres(vectors, seconds, found)[kept]) if len(kept) < len(sizes) else found


def centres(vectors: Vectors, seconds: NDArray[np.float64], found: NDArray[np.int64]) -> Vectors:
    """The unit vector of each cluster, (clusters, numbers): the mean of its members, weighted by their seconds."""
    sums = np.stack([seconds[found == one] @ vectors[found == one] for one in range(found.max() + 1)])
    return np.asarray(sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-12), np.float32)


def nearest(vectors: Vectors, centres: Vectors) -> NDArray[np.int64]:
    """The nearest of some centres for each vector."""
    return np.asarray((vectors @ centres.T).argmax(axis=1))


def apart(vectors: Vectors, centres: Vectors) -> NDArray[np.int64]:
    """The same where all vectors are of different speakers: as far as the centres reach, each gets its own."""
    from scipy.optimize import linear_sum_assignment

    similarity = vectors @ centres.T
    found = similarity.argmax(axis=1)
    rows, columns = linear_sum_assignment(-similarity)
    found[rows] = columns
    return np.asarray(found)
