"""Vectors of voices -> speakers, with their number estimated: a tree of clusters (Ward, SciPy), cut from its root.

How much alike two pieces of one voice are depends on the recording: its room, its noise, how long the pieces are, how
much the speaker's emotions change. No threshold holds for all. So a cluster is split in two where the vectors of the
two halves are less alike than those within each of them, in proportion: the mean similarity between the halves is below
`ratio` of the mean similarity within. A cluster of few pairs has no mean that could be relied on; it counts as if
`usual_pairs` more of the similarity `usual` were in it. A cluster with next to no speech is no speaker: a cough or a
laugh must not invent one.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


@dataclass(frozen=True)
class ClusteringSettings:
    """What makes two voices one speaker; similarity is the cosine.

    `ratio`: as above. `highest`: mean similarity between two halves from which on they are one, whatever is within.
    `known`: the same where the number of speakers is given, and only says how far a single voice may be split.
    `matched`: mean similarity above which the voices of two windows are one. `least_s`, `least_share`: seconds and
    share of the speech that a speaker has.
    """

    ratio: float = 0.78
    highest: float = 0.5
    usual: float = 0.5
    usual_pairs: int = 20
    known: float = 0.7
    matched: float = 0.72
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
    least_s = max(settings.least_s, settings.least_share * float(seconds.sum()))
    found, waiting, small = np.zeros(len(vectors), np.int64), [np.arange(len(vectors))], np.zeros(len(vectors), bool)
    while waiting:
        members = waiting.pop()
        if len(members) < 2 or seconds[members].sum() < 2 * least_s:
            continue
        right = _halved(vectors[members])
        halves = sorted([members[right], members[~right]], key=lambda one: float(seconds[one].sum()))
        if seconds[halves[0]].sum() < least_s:  # no speaker; the other half may still be two
            small[halves[0]] = True
            waiting.append(halves[1])
        elif _differ(vectors[members], right, settings):
            found[halves[0]] = found.max() + 1
            waiting += halves
    found[small] = nearest(vectors[small], centres(vectors[~small], seconds[~small], found[~small]))
    return found


def matched(vectors: Vectors, settings: ClusteringSettings, most: int | None = None) -> NDArray[np.int64]:
    """The same for the voices of several windows, each already the mean of many pieces: (voices,)."""
    if len(vectors) < 2:
        return np.zeros(len(vectors), np.int64)
    from scipy.cluster.hierarchy import cut_tree, fcluster, linkage

    tree = linkage(vectors, "average", metric="cosine")
    found = np.asarray(fcluster(tree, 1 - settings.matched, "distance"), np.int64)
    if most is not None and len(set(found)) > most:
        found = np.asarray(cut_tree(tree, [most])[:, 0], np.int64)
    return np.unique(found, return_inverse=True)[1]


def _halved(vectors: Vectors) -> NDArray[np.bool_]:
    """The two clusters that Ward's tree of some vectors, at least two, has at its root; neither is empty."""
    from scipy.cluster.hierarchy import cut_tree, linkage  # 0.1 s that a recording of one voice does without

    return np.asarray(cut_tree(linkage(vectors, "ward"), [2])[:, 0] == 1)


def _differ(vectors: Vectors, right: NDArray[np.bool_], settings: ClusteringSettings) -> bool:
    """Whether two halves are two speakers."""
    pairs = np.triu_indices(len(vectors), 1)
    similarity, within = (vectors @ vectors.T)[pairs], (right[:, None] == right)[pairs]
    usual = settings.usual_pairs * settings.usual
    inside = (similarity[within].sum() + usual) / (within.sum() + settings.usual_pairs)
    between = similarity[~within].mean()
    return bool(between < settings.highest and between < settings.ratio * inside)


def _known(vectors: Vectors, settings: ClusteringSettings, most: int) -> NDArray[np.int64]:
    """So many clusters, or fewer where two of them are too much alike for two speakers."""
    from scipy.cluster.hierarchy import cut_tree, linkage

    found = np.asarray(cut_tree(linkage(vectors, "ward"), [min(most, len(vectors))])[:, 0], np.int64)
    similarity = vectors @ vectors.T
    while found.max() > 0:
        sums = np.array([similarity[found == one].sum(axis=0) for one in range(found.max() + 1)])
        sizes = np.bincount(found)
        means = np.array([sums[:, found == one].sum(axis=1) for one in range(len(sizes))]) / np.outer(sizes, sizes)
        np.fill_diagonal(means, -1)
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
