"""Optimisers: how a gradient changes a model, after Optimisers.jl.

A rule is two small functions: `init(rule, x)` gives the state for one array, `apply(rule, state, x, dx)` the next
state and the step that is subtracted from `x`. `setup` makes a tree of states, `update` uses it. Nothing is hidden.

>>> import numpy as np
>>> import tracker
>>> from tracker import optim
>>> model = {"W": np.ones(2), "b": 1.0}
>>> state = optim.setup(optim.Momentum(0.1), model)
>>> loss = lambda model: np.sum(model["W"] ** 2) + model["b"] ** 2
>>> state, model = optim.update(state, model, tracker.gradient(loss, model)[0])
>>> model
{'W': array([0.8, 0.8]), 'b': 0.8}
"""

from tracker.optim import schedules
from tracker.optim.rules import (
    AccumGrad,
    AdaBelief,
    AdaDelta,
    AdaGrad,
    Adam,
    AdaMax,
    AdamW,
    AMSGrad,
    ClipGrad,
    ClipNorm,
    Descent,
    Lion,
    Momentum,
    Muon,
    NAdam,
    Nesterov,
    OAdam,
    OptimiserChain,
    RAdam,
    RMSProp,
    Rprop,
    Rule,
    SignDecay,
    WeightDecay,
    apply,
    init,
)
from tracker.optim.state import Leaf, adjust, freeze, setup, thaw, update, update_in_place

__all__ = [
    "AMSGrad",
    "AccumGrad",
    "AdaBelief",
    "AdaDelta",
    "AdaGrad",
    "AdaMax",
    "Adam",
    "AdamW",
    "ClipGrad",
    "ClipNorm",
    "Descent",
    "Leaf",
    "Lion",
    "Momentum",
    "Muon",
    "NAdam",
    "Nesterov",
    "OAdam",
    "OptimiserChain",
    "RAdam",
    "RMSProp",
    "Rprop",
    "Rule",
    "SignDecay",
    "WeightDecay",
    "adjust",
    "apply",
    "freeze",
    "init",
    "schedules",
    "setup",
    "thaw",
    "update",
    "update_in_place",
]
