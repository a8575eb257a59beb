"""Vectors of voices -> speakers: agglomerative clustering by cosine similarity, with the number of speakers estimated.

Two clusters are joined where the mean similarity of their members is above a threshold (average linkage; SciPy). A
cluster with next to no speech is no speaker: a cough or a laugh must not invent one.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


@dataclass(frozen=True)
class ClusteringSettings:
    """What makes two voices one speaker.

    `similarity`: mean cosine similarity above which two clusters are one. `known`: the same where the number of
    speakers is given, and only says how far a single voice may be split. `least_s`: seconds of speech of a speaker.
    """

    similarity: float = 0.45
    known: float = 0.7
    least_s: float = 2.0


def clusters(
    vectors: Vectors, seconds: NDArray[np.float64], settings: ClusteringSettings, most: int | None = None
) -> NDArray[np.int64]:
    """The cluster of each of some unit vectors (voices, numbers), of so many seconds of speech each: (voices,).

    `most`: the number of speakers where it is given; there are fewer where the voices are too much alike.
    """
    if len(vectors) < 2:
        return np.zeros(len(vectors), np.int64)
    from scipy.cluster.hierarchy import cut_tree, fcluster, linkage  # 0.1 s that a recording of one voice does without

    tree = linkage(vectors, "average", metric="cosine")
    threshold = settings.similarity if most is None else settings.known
    found = np.asarray(fcluster(tree, 1 - threshold, "distance"), np.int64)
    if most is not None and len(set(found)) > most:
        found = np.asarray(cut_tree(tree, [most])[:, 0], np.int64)
    return _without_small(vectors, seconds, np.unique(found, return_inverse=True)[1], settings)


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
