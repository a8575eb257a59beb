"""An ensemble: one network that answers the mean of several recognizers.

Networks that learned in different ways err in different ways, and their mean is better than each (Hansen & Salamon
1990, https://doi.org/10.1109/34.58871). The probability of a label is the weighted mean of what the members answer,
each calibrated as it is. Means commute: the mean over the segments of a recording is that of the members' means, so
that the predictions of an ensemble for unseen speakers and corpora are the means of its members' predictions.

Members on the same encoder share its lower layers: what is equal in their graphs is computed once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import onnx
import torch
from onnx import helper, numpy_helper

from intone import labels
from intone.errors import RecognizerError, UsageError
from intone.files import write_whole
from intone.recognition.adaptation import Adaptation
from intone.recognition.model_file import ModelSettings, load_model
from intone.recognition.scoring import KEYS, classes_of
from intone.training.onnx_export import set_settings
from intone.training.onnx_graph import calibrated, constant, factors, operation, without_samples
from intone.training.probe import voices_of

if TYPE_CHECKING:
    import pandas as pd

LEAST = 1e-3
"""The probability below which the evidence of a member without evidence of its own is the same."""


def mean_rows(rows: Sequence["pd.DataFrame"], weights: Sequence[float]) -> "pd.DataFrame":
    """Predictions (clip, fold, actor, truth, a probability a class) of an ensemble from those of its members.

    They are those of the clips that every member has; a clip that one of them refused is refused. A UsageError where
    two members say different things of a clip.
    """
    first, *others = rows
    names = list(classes_of(first))
    found = first[[*KEYS, *names]].copy()
    found[names] *= weights[0]
    for other, weight in zip(others, weights[1:], strict=True):
        matching = found[["clip"]].merge(other, on="clip", how="left", validate="one_to_one")
        there = matching["truth"].notna().to_numpy()
        found, matching = found[there].reset_index(drop=True), matching[there].reset_index(drop=True)
        if not (found["truth"] == matching["truth"]).all():
            raise UsageError("The members were tested on clips with the same names and other emotions: name the "
                             "predictions for the same recordings.")
        found[names] += weight * matching.reindex(columns=names).to_numpy(float)
    return found


def means_of(rows: "pd.DataFrame", classes: Sequence[str]) -> tuple[tuple[float, ...], ...]:
    """The `Adaptation.means` of a member without evidence of its own, from its predictions for unseen speakers."""
    rows = rows.dropna(subset=list(classes))
    evidence = torch.from_numpy(np.log(np.maximum(rows[list(classes)].to_numpy(float), LEAST)))
    numbers = rows["truth"].map(list(classes).index).to_numpy()
    found = voices_of(evidence.float(), numbers, rows["actor"].astype(str).to_numpy(object), len(classes)).means
    return tuple(tuple(row) for row in found.tolist())


def merge(
    paths: Sequence[Path], weights: Sequence[float], settings: ModelSettings,
    means: Mapping[int, tuple[tuple[float, ...], ...]], to: Path,
) -> Path:
    """Write the ensemble of some model files with the same labels and front end; returns its path.

    `settings` are those of the ensemble, but for its adaptation. `means` are those of the members that give no evidence
    (`means_of`), by number. A RecognizerError where the members do not fit.
    """
    members = [load_model(path).settings for path in paths]
    if len({(one.labels, one.front_end) for one in members}) > 1:
        raise RecognizerError("The members of an ensemble must have the same labels and the same input: train them on "
                              "the same encoder, for the same sexes and classes.")
    if len(weights) != len(paths) or abs(sum(weights) - 1) > 1e-6 or min(weights) <= 0:
        raise UsageError(f"The weights {', '.join(f'{one:g}' for one in weights)} do not fit {len(paths)} members: "
                         "give one for each, which sum to 1.")
    graph, kinds = _joined([onnx.load_from_string(path.read_bytes()) for path in paths])
    shares, evidence, all_means = [], [], []
    for number, (member, weight) in enumerate(zip(members, weights, strict=True)):
        shown = calibrated(graph, f"m{number}_probabilities", member, f"c{number}_")
        share = constant(graph, f"w{number}", np.float32(weight))
        shares.append(operation(graph, "Mul", [shown, share], f"s{number}"))
        own = number not in means
        if own and member.adaptation is None:
            raise RecognizerError(f"{paths[number].name} gives no evidence for an adaptation: give its predictions for "
                                  "unseen speakers.")
        evidence.append(_evidence(graph, shown, member, number, own=own))
        all_means.append(_means(member) if own else means[number])
    graph.node.append(helper.make_node("Sum", shares, ["probabilities"]))
    graph.node.append(helper.make_node("Concat", evidence, ["evidence"], axis=1))
    size, many = len(members[0].labels), len(members)
    classes = np.shape(all_means)[2]
    graph.output.extend([
        helper.make_tensor_value_info("probabilities", onnx.TensorProto.FLOAT, [1, size]),
        helper.make_tensor_value_info("evidence", onnx.TensorProto.FLOAT, [1, many, 2, classes])])
    _share(graph)
    _prune(graph)
    proto = helper.make_model(graph, opset_imports=kinds[0], ir_version=kinds[1])
    set_settings(proto, replace(settings, adaptation=Adaptation(tuple(weights), tuple(all_means))))
    onnx.checker.check_model(proto)
    with write_whole(to) as part:
        part.write_bytes(proto.SerializeToString())
        load_model(part)
    return to


def _joined(protos: Sequence[onnx.ModelProto]) -> tuple[onnx.GraphProto, tuple[list[onnx.OperatorSetIdProto], int]]:
    """The graphs of the members side by side, member k's names behind `mK_`, all with the one input `features`."""
    graph = onnx.GraphProto(name="ensemble")
    for number, proto in enumerate(protos):
        without_samples(proto)
        part = onnx.compose.add_prefix(proto, f"m{number}_").graph
        for node in part.node:
            node.input[:] = ["features" if name == f"m{number}_features" else name for name in node.input]
        graph.node.extend(part.node)
        graph.initializer.extend(part.initializer)
    graph.input.append(protos[0].graph.input[0])
    versions = {one.domain: max(other.version for proto in protos for other in proto.opset_import
                                if other.domain == one.domain) for proto in protos for one in proto.opset_import}
    return graph, ([helper.make_opsetid(*pair) for pair in versions.items()], max(one.ir_version for one in protos))


def _evidence(graph: onnx.GraphProto, shown: str, member: ModelSettings, number: int, *, own: bool) -> str:
    """The evidence of a member, (1, 1, 2, classes): its own, calibrated, or the log of its probabilities twice."""
    names = labels.scheme(member.classes).classes
    if own:
        moved = constant(graph, f"l{number}", np.log(factors(member, names)))
        added = operation(graph, "Add", [f"m{number}_evidence", moved], f"v{number}_1")
        heat = constant(graph, f"h{number}", np.float32(member.temperature))
        return operation(graph, "Div", [added, heat], f"v{number}_2")
    sums = np.tile(np.eye(len(names), dtype=np.float32), (len(member.sexes), 1))
    shares = operation(graph, "MatMul", [shown, constant(graph, f"g{number}", sums)], f"v{number}_1")
    logs = operation(graph, "Log", [operation(graph, "Max", [shares, constant(graph, f"q{number}", np.float32(LEAST))],
                                      f"v{number}_2")], f"v{number}_3")
    shape = constant(graph, f"r{number}", np.array([1, 1, 1, len(names)], np.int64))
    once = operation(graph, "Reshape", [logs, shape], f"v{number}_4")
    output = f"v{number}_5"
    graph.node.append(helper.make_node("Concat", [once, once], [output], axis=2))
    return output


def _means(member: ModelSettings) -> tuple[tuple[float, ...], ...]:
    """The means of a member with evidence of its own, moved as `_evidence` moves the evidence."""
    assert member.adaptation is not None
    moved = np.log(factors(member, labels.scheme(member.classes).classes))
    means = (np.asarray(member.adaptation.means[0]) + moved) / member.temperature
    return tuple(tuple(map(float, row)) for row in means)


def _share(graph: onnx.GraphProto) -> None:
    """Compute once what several members compute: equal weights become one, then equal operations on equal inputs."""
    known: dict[tuple[object, ...], str] = {}
    renamed: dict[str, str] = {}
    kept = []
    for tensor in graph.initializer:
        content = tensor.raw_data or numpy_helper.to_array(tensor).tobytes()
        name = known.setdefault((tensor.data_type, tuple(tensor.dims), content), tensor.name)
        renamed[tensor.name] = name
        if name == tensor.name:
            kept.append(tensor)
    del graph.initializer[:]
    graph.initializer.extend(kept)
    outputs, nodes = {one.name for one in graph.output}, []
    seen: dict[tuple[object, ...], onnx.NodeProto] = {}
    for node in graph.node:
        node.input[:] = [renamed.get(name, name) for name in node.input]
        attributes = tuple(sorted(one.SerializeToString() for one in node.attribute))
        key = (node.op_type, node.domain, tuple(node.input), len(node.output), attributes)
        twin = None if outputs & set(node.output) else seen.setdefault(key, node)
        if twin is None or twin is node:
            nodes.append(node)
        else:
            renamed.update(zip(node.output, twin.output, strict=True))
    del graph.node[:]
    graph.node.extend(nodes)


def _prune(graph: onnx.GraphProto) -> None:
    """Drop the operations and weights that no output needs, such as the OOD score of a member."""
    needed, nodes = {one.name for one in graph.output}, []
    for node in reversed(graph.node):
        if needed & set(node.output):
            nodes.append(node)
            needed |= set(node.input)
    weights = [one for one in graph.initializer if one.name in needed]
    del graph.node[:], graph.initializer[:]
    graph.node.extend(reversed(nodes))
    graph.initializer.extend(weights)
