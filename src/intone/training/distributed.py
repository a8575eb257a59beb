"""The processes of one training, where torchrun started several: on the cores of machines, or on their GPUs.

    torchrun --nproc-per-node 2 -m intone train ravdess/ --to runs/two

Each process, a *rank*, takes its share of every batch; the gradients are averaged (PyTorch's DistributedDataParallel,
over gloo on CPUs and NCCL on GPUs). Without torchrun there is one rank, and nothing of this is used. The folder of the
run must be one that all machines see; only the first rank writes into it.

The loss of a batch is the weighted mean of the losses of its clips, sum of w_i l_i / sum of w_i. A rank computes the
first sum over its own clips, and divides by the second over all clips of the batch, whose weights it knows. These
shares add up to the loss; DistributedDataParallel however takes the mean of the gradients, the sum divided by the
number of ranks, `world`. Each rank therefore multiplies its share by `world` before the backward pass, and the gradient
is that of the whole batch on one rank.
"""

import os
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any, TypeVar

import torch
from torch import Tensor, distributed, nn

from intone.errors import TrainingError

Result = TypeVar("Result")

LOST = ("The training was ended from outside, perhaps since another of its processes died: start the same command "
        "again, it goes on from its last checkpoint.")

_PATIENCE = timedelta(days=1)  # the others wait while the first one goes through a corpus


@dataclass(frozen=True)
class Ranks:
    """Which of how many processes this one is, and on which device it computes."""

    rank: int
    world: int
    device: torch.device

    @property
    def first(self) -> bool:
        """Whether this is the process that writes files and prints."""
        return self.rank == 0

    @property
    def hides_bars(self) -> bool | None:
        """The `disable` of tqdm: None for the first process, which shows a bar on a terminal; True for the others."""
        return None if self.first else True

    def share(self, rows: Any) -> Any:
        """The rows of a batch that this process takes."""
        return rows[self.rank :: self.world]

    def parallel(self, network: nn.Module) -> nn.Module:
        """A network whose gradients are the mean of those of all processes."""
        if self.world == 1:
            return network
        return nn.parallel.DistributedDataParallel(network)  # the device is that of the weights

    def here(self, tensor: Tensor) -> Tensor:
        """A tensor on the device of this process."""
        if self.device.type == "cpu":
            return tensor
        return tensor.pin_memory().to(self.device, non_blocking=True)

    def autocast(self, *, on_processors: bool = False) -> AbstractContextManager[Any]:
        """Half precision (bfloat16) where the GPU itself multiplies in it, or if wanted where the processor does."""
        if self.device.type == "cuda":
            wanted = torch.cuda.is_bf16_supported(including_emulation=False)
        else:
            wanted = on_processors and _processor_has_bf16()
        return torch.autocast(self.device.type, torch.bfloat16) if wanted else nullcontext()

    def summed(self, *values: float) -> list[float]:
        """Numbers summed over all processes."""
        if self.world == 1:
            return list(values)
        total = torch.tensor(values, dtype=torch.float64, device=self.device)
        distributed.all_reduce(total)
        return [float(value) for value in total]

    def first_before_others(self, work: Callable[[], Result]) -> Result:
        """Let the first process do some work before the others, which find it done."""
        found = work() if self.first else None
        if self.world > 1:
            distributed.barrier()
        return found if found is not None else work()


@cache
def _processor_has_bf16() -> bool:
    """Whether the processor itself multiplies in bfloat16: emulated by PyTorch it is slower than single precision."""
    known: Mapping[str, Any] = getattr(torch.cpu, "get_capabilities", dict)()  # of PyTorch 2.11 and newer
    return bool(known.get("avx512_bf16") or known.get("amx_bf16"))


@cache
def ranks() -> Ranks:
    """The processes of this training; with torchrun's variables in the environment they find one another."""
    world = int(os.environ.get("WORLD_SIZE", "1"))
    on_gpu = torch.cuda.is_available()
    local = int(os.environ.get("LOCAL_RANK", "0"))
    device = torch.device("cuda", local) if on_gpu else torch.device("cpu")
    if world == 1:
        return Ranks(0, 1, device)
    if on_gpu:
        torch.cuda.set_device(device)
    signal.signal(signal.SIGTERM, _ended)
    distributed.init_process_group("nccl" if on_gpu else "gloo", timeout=_PATIENCE)
    return Ranks(distributed.get_rank(), world, device)


@contextmanager
def lost_told() -> Iterator[None]:
    """Turn what a collective raises when another process is gone into a TrainingError."""
    try:
        yield
    except RuntimeError as error:  # torch has no class of its own for it
        if ranks().world > 1:
            raise TrainingError(LOST) from error
        raise


def _ended(_number: int, _frame: object) -> None:
    raise TrainingError(LOST)
