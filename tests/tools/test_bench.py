"""`make bench`: contestants in turns, ratios, floors, and that all of it runs."""

import importlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "results" / "bench.json"


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    """Imports a module of benchmarks/ by its name; all are forgotten afterwards."""
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    before = set(sys.modules)
    yield importlib.import_module
    for name in set(sys.modules) - before:
        if Path(getattr(sys.modules[name], "__file__", None) or "").parent == ROOT / "benchmarks":
            del sys.modules[name]


@pytest.fixture
def contest(module) -> ModuleType:
    return module("contest")


@pytest.fixture
def floors(module) -> ModuleType:
    return module("floors")


# Turns and ratios.


def test_a_ratio_is_of_turns_of_one_round(contest):
    # The second round was twice as slow for both: the ratio is the same.
    assert contest.ratio([10, 20, 33], [1, 2, 3]) == contest.Ratio(median=10, min=10, max=11)
    with pytest.raises(ValueError, match="shorter"):
        contest.ratio([1, 2], [1])


def test_contestants_take_turns_and_every_other_round_goes_backwards(contest, tmp_path):
    log = tmp_path / "log"

    def writes(name: str, warm_up: bool = False) -> object:
        return contest.Command([sys.executable, "-c", f"open({str(log)!r}, 'a').write('{name}')"], warm_up=warm_up)

    taken = contest.alternated({"a": writes("a"), "b": writes("b", warm_up=True)}, 3)
    assert log.read_text() == "b" + "ab" + "ba" + "ab"
    assert {name: len(turns) for name, turns in taken.items()} == {"a": 3, "b": 3}
    assert all(0 < one.seconds < 60 and 1 < one.memory_mb < 1000 for turns in taken.values() for one in turns)


def test_the_memory_of_a_command_is_not_that_of_the_process_that_starts_it(contest):
    held = np.ones(50_000_000)  # 400 MB
    assert contest.Command([sys.executable, "-c", "pass"]).run().memory_mb < 100
    assert held[-1] == 1


def test_a_command_starts_without_what_it_wrote(contest, tmp_path):
    left = tmp_path / "left"
    command = contest.Command([sys.executable, "-c", f"import os; os.mkdir({str(left)!r})"], fresh=left)
    command.run()
    command.run()
    assert left.is_dir()


def test_a_command_that_fails_is_told_with_what_it_said(contest):
    command = contest.Command([sys.executable, "-c", "import sys; sys.exit('no such clip')"])
    with pytest.raises(contest.ContestantError, match="no such clip"):
        command.run()


def test_a_worker_runs_again_and_again_and_may_print(contest, tmp_path):
    script = tmp_path / "one.py"
    script.write_text("from worker import serve\nprint('loaded')\nn = []\n"
                      "serve(lambda: (n.append(1), print('working', len(n))), times=1000)\n")
    worker = contest.Worker([sys.executable, script])
    worker.start()
    try:
        taken = [worker.run() for _ in range(3)]
    finally:
        worker.stop()
    assert all(one.seconds > 0 and one.cpu_s >= 0 for one in taken)


def test_a_worker_that_ends_is_told(contest):
    worker = contest.Worker([sys.executable, "-c", "pass"])
    with pytest.raises(contest.ContestantError, match="ended with 0"):
        worker.start()
    worker.stop()


def test_aims_are_judged_by_the_median(module, contest):
    rows = module("rows")
    taken = {name: [contest.Taken(one, one, mb) for one in turns] for name, turns, mb in (
        ("intone", (1.0, 2.0, 1.0), 100.0), ("original", (9.0, 20.0, 11.0), 0.0), ("floor", (0.5, 1.0, 0.4), 0.0),
        ("ten minutes", (0.2, 0.2, 0.2), 90.0))}
    for kind, beside, found in (("faster", "original", 10), ("slower", "floor", 2), ("seconds", "intone", 1),
                                ("memory_mb", "intone", 100), ("more memory", "ten minutes", 100 / 90)):
        assert rows.Aim(beside, kind, 1).found(taken) == pytest.approx(found), kind


# Floors.


def small_network(path: Path) -> Path:
    """(1, 3, 10) -> convolution -> Gemm, MatMul and Einsum, each of a size that can be counted by hand."""
    rng = np.random.default_rng(0)

    def tensor(name: str, *shape: int) -> TensorProto:
        return numpy_helper.from_array(rng.normal(size=shape).astype(np.float32), name)

    nodes = [
        helper.make_node("Conv", ["x", "kernel"], ["heard"], pads=[1, 1], strides=[2]),  # (1, 4, 5)
        helper.make_node("Transpose", ["heard"], ["turned"], perm=[0, 2, 1]),  # (1, 5, 4)
        helper.make_node("MatMul", ["turned", "matrix"], ["wide"]),  # (1, 5, 6)
        helper.make_node("Einsum", ["wide", "heads"], ["said"], equation="bti,hio->bhto"),  # (1, 2, 5, 7)
        helper.make_node("Reshape", ["said", "flat"], ["row"]),  # (1, 70)
        helper.make_node("Gemm", ["row", "last", "bias"], ["y"], transB=1),  # (1, 8)
    ]
    graph = helper.make_graph(
        nodes, "small", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, "time"])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 8])],
        [tensor("kernel", 4, 3, 3), tensor("matrix", 4, 6), tensor("heads", 2, 6, 7), tensor("last", 8, 70),
         tensor("bias", 8), numpy_helper.from_array(np.array([1, 70]), "flat")])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10), path)
    return path


def test_operations_are_counted_as_by_hand(floors, tmp_path):
    counted = floors.operations(small_network(tmp_path / "small.onnx"), {"x": np.zeros((1, 3, 10), np.float32)})
    convolution, matmul, einsum, gemm = 5 * 4 * (3 * 3), 5 * 6 * 4, 2 * 5 * 7 * 6, 8 * 70
    assert counted == 2 * (convolution + matmul + einsum + gemm)


def test_every_library_multiplies_as_many_numbers_as_the_speed_is_reckoned_by(floors):
    made = {name: np.asarray(product()).reshape(floors.SIDE, -1) for name, product in floors.products().items()}
    assert set(made) >= {"numpy", "onnxruntime"}
    for one in made.values():
        assert one.shape == (floors.SIDE, floors.SIDE)
        np.testing.assert_allclose(one, made["numpy"], atol=1e-2)
    assert all(speed > 1e8 for speed in floors.matrix_speed(2).values())


# All of it.


def test_the_short_form_runs_and_what_was_measured_is_kept(module, tmp_path, capfd):
    bench, to = module("bench"), tmp_path / "bench.json"
    words = ["--quick", "--to", str(to), "--only", "cold", "mfcc", "stages"]
    assert bench.main(words) == 0
    found = json.loads(to.read_text())
    assert set(found["cold"]["taken"]) == set(found["mfcc"]["taken"]) == {"intone", "floor"}
    assert found["mfcc"]["amount"].endswith(" chunks")
    assert all(turns["seconds"][0] > 0 for row in ("cold", "mfcc")
               for turns in found[row]["taken"].values())
    assert found["versions"]["alternatives"] == {}
    assert set(found["stages"]["milliseconds"]) >= {"decoding", "finding the voice", "network"}
    capfd.readouterr()
    assert bench.main([*words, "--only", "cold", "mfcc"]) == 0
    assert json.loads(to.read_text()) == found
    assert "..." not in capfd.readouterr().err


def test_without_a_corpus_the_long_form_says_what_to_do(module, capsys):
    with pytest.raises(SystemExit):
        module("bench").main([])
    assert "--ravdess" in capsys.readouterr().err


def test_every_row_names_what_there_is(module, tmp_path):
    rows = module("rows")
    of = rows.Materials(clip=tmp_path / "a.wav", clips=tmp_path, corpus=tmp_path, cleaned=tmp_path, chunks=10, hour=tmp_path / "h.flac",
                        ten_minutes=tmp_path / "m.flac", ten_hours=tmp_path / "l.flac", lengths={}, model=tmp_path / "m",
                        samples=16_000, python=Path(sys.executable), models=tmp_path, scratch=tmp_path)
    ours = set(module("ours").WORK)
    for row in rows.ROWS.values():
        contestants = row.contestants(of)
        assert set(contestants) >= {"intone", *(aim.beside for aim in row.aims)}, row.name
        assert ("floor" in contestants) == bool(row.floor), row.name
        for one in contestants.values():
            script = Path(one.words[1])
            assert script.name == "-m" or script.is_file()
            assert script.name != "ours.py" or one.words[2] in ours


def test_what_is_written_down_is_of_every_row(module):
    found = json.loads(RESULTS.read_text(encoding="utf-8"))
    rows = module("rows").ROWS
    assert {*rows, "growth", "stages", "machine", "versions", "matrix_speed"} <= set(found)
    for name, row in rows.items():
        assert {aim["beside"] for aim in found[name]["aims"]} == {aim.beside for aim in row.aims}
        assert all(len(set(map(len, turns.values()))) == 1 for turns in found[name]["taken"].values())
