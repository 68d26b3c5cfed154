"""A step of Adam over a model of 100 float32 arrays, 50 matrices of 64 x 64 and 50 vectors of 64."""

import copy

import numpy as np

from benchmarks import peers
from benchmarks.report import cell, emit, table
from benchmarks.timing import compare

TARGETS = {peers.TORCH: 0.5}
WIDTH, LAYERS, ETA = 64, 50, 1e-3


def contenders():
    from tracker import optim

    rng = np.random.default_rng(0)
    model = [rng.standard_normal(shape).astype(np.float32) for shape in [(WIDTH, WIDTH), (WIDTH,)] * LAYERS]
    grads = [rng.standard_normal(x.shape).astype(np.float32) for x in model]
    mine, state = copy.deepcopy(model), [optim.setup(optim.Adam(ETA), model)]

    def tracker_step():
        state[0], _ = optim.update_in_place(state[0], mine, grads)

    found = {peers.TRACKER: tracker_step}
    if peers.installed("torch"):
        import torch

        parameters = [torch.tensor(x, requires_grad=True) for x in model]
        for parameter, grad in zip(parameters, grads, strict=True):
            parameter.grad = torch.tensor(grad)
        optimiser = torch.optim.Adam(parameters, lr=ETA)
        found[peers.TORCH] = optimiser.step
        for step in found.values():
            step()
        for x, parameter in zip(mine, parameters, strict=True):
            np.testing.assert_allclose(x, parameter.detach().numpy(), rtol=1e-5, atol=1e-7)
    return found


def medians():
    return {"adam": compare(contenders(), budget=6.0)}


def as_text(result):
    return table(["", *result["adam"]], [[name, *(cell(times, c) for c in times)] for name, times in result.items()])


if __name__ == "__main__":
    emit(medians(), as_text)
