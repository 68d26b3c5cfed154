"""Values and gradients of layers as tests/layer_peers.py takes them of PyTorch's."""

import json

import numpy as np

import tracker
from tests import layer_peers as peers
from tracker import withgradient

REFERENCES = json.loads(peers.FILE.read_text())


def assert_outcome(found, name):
    assert len(found) == len(REFERENCES[name])
    for a, e in zip(found, REFERENCES[name]):
        np.testing.assert_allclose(a, np.array(e), rtol=1e-10, atol=1e-12)


def with_weights(layer, weights):
    """`layer` with these arrays as parameters, in their order."""
    leaves, treedef = tracker.tree.flatten(layer)
    weights = iter(weights)
    return tracker.tree.unflatten(treedef, [next(weights) if tracker.tree.is_parameter(x) else x for x in leaves])


def outcome(f, *args):
    """What `f` gives, flat, and the gradients of its sum times waves, as in layer_peers."""

    def loss(*args):
        results = f(*args)
        return sum(np.sum(y * peers.wave(20 + k, *y.shape)) for k, y in enumerate(results)), results

    (_, results), gradients = withgradient(loss, *args)
    return [*results, *(x for x in tracker.tree.flatten(gradients)[0] if hasattr(x, "shape"))]
