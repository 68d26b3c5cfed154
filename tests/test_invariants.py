"""The seven invariants of docs/architecture, and that the record is data."""

import gc
import os
import random
import signal
import subprocess
import sys
import threading
import time
import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import tracker
from tests.differences import numeric_gradient
from tracker import checkpoint, grad, gradient, hook, param, pullback, pushforward
from tracker._core import sweep
from tracker._core.node import CONSTANT, Node
from tracker._core.registry import lookup, registered
from tracker._core.replay import replay
from tracker._transforms import recording

# 1. No silent loss of a gradient


CALLS = [
    lambda f, x: f(x),
    lambda f, x: f(x, x),
    lambda f, x: f([x, x]),
    lambda f, x: f(x, 1),
    lambda f, x: f(x, x, x),
    lambda f, x: f(1, x),
    lambda f, x: f(x[0], x),
    lambda f, x: f(x, [0, 1]),
    lambda f, x: f(x > 0, x),
    lambda f, x: f(x > 0, x, x),
]
# They show, compare or describe values, or take apart no value at all.
PLAIN_BY_NATURE = """
    array_repr array_str array2string allclose array_equal array_equiv isclose shape ndim size iscomplexobj isrealobj
    isscalar result_type can_cast common_type min_scalar_type may_share_memory shares_memory broadcast_shapes info
    show_config show_runtime printoptions iterable typename savetxt save savez savez_compressed get_printoptions
    format_float_positional format_float_scientific isfortran test einsum_path mintypecode issubdtype
    get_include getbufsize geterr geterrcall errstate seterr seterrcall setbufsize set_printoptions fromfile load
    loadtxt genfromtxt fromregex
""".split()


# Which results may depend on the input: modf's whole part is as constant as np.trunc, and so are counts.
DIFFERENTIABLE = {np.modf: slice(1), np.histogram2d: slice(1, None), np.histogramdd: slice(1, None)}


def numpy_functions():
    """Every public function of NumPy and its submodules that is not declared constant."""
    for module in (np, np.linalg, np.fft):
        for name in sorted(dir(module)):
            f = getattr(module, name)
            if name.startswith("_") or not callable(f) or isinstance(f, type) or name in PLAIN_BY_NATURE:
                continue
            op = lookup(f)
            if op is None or op.kind != CONSTANT:
                yield pytest.param(f, id=f"{module.__name__}.{name}")


def leaves_of(y):
    return [leaf for e in y for leaf in leaves_of(e)] if isinstance(y, tuple | list) else [y]


@pytest.mark.parametrize("f", list(numpy_functions()))
def test_no_numpy_function_turns_a_tracked_float_into_a_plain_one(f):
    # Integers and bools may come out plain: they have no derivative.
    rng = np.random.default_rng(0)
    for call in CALLS:
        for plain in (rng.uniform(0.1, 0.9, (2, 2)), rng.uniform(0.1, 0.9, 4)):
            try:
                call(f, plain.copy())
            except Exception:  # noqa: BLE001 (the oracle: only calls that NumPy itself accepts count)
                continue
            try:
                y = call(f, param(plain))
            except (TypeError, NotImplementedError, ValueError, AttributeError) as refused:
                assert str(refused)  # noqa: PT017 (refusing is right; losing the gradient is not)
                continue
            for leaf in leaves_of(y[DIFFERENTIABLE[f]] if f in DIFFERENTIABLE else y):
                if isinstance(leaf, float | complex | np.ndarray | np.generic):
                    assert np.asarray(leaf).dtype.kind not in "fcO", f"gave {leaf!r}"


def test_constants_are_declared_not_assumed():
    for f in (np.floor, np.ceil, np.sign, np.argmax, np.argsort, np.rint, np.trunc, np.isnan, np.round, np.heaviside):
        assert lookup(f) is not None


# 2. A failed pass leaves nothing behind


class Interruption:
    """Raises at its n-th call; shared by rules, hooks and the user's function."""

    def __init__(self):
        self.calls = 0
        self.at = -1
        self.kind = ValueError

    def point(self):
        self.calls += 1
        if self.calls == self.at:
            raise self.kind("interrupted")


POINT = Interruption()


def soft(x):
    return np.tanh(np.asarray(x)) * 2.0


def soft_pullback(dy, y, x):
    POINT.point()
    return dy * (2.0 - y * y / 2.0)


tracker.rule(soft, soft_pullback)


@tracker.custom_gradient
def shifted(x):
    POINT.point()

    def back(dy):
        POINT.point()
        return (dy * np.cos(x),)

    return np.sin(x), back


def watched(dy):
    POINT.point()
    return dy


def block(x, w):
    POINT.point()
    return np.sin(x * w)


def model(x, w, s):
    """Rules, hooks, a checkpoint, a nested gradient and a custom gradient, each with points of failure."""
    y = tracker.track(soft, x)
    POINT.point()
    y = hook(watched, y * w)
    y = checkpoint(block, y, w) + shifted(y)
    y[0] = hook(watched, y[1] * s)
    (g,) = gradient(lambda z: np.sum(hook(watched, z) ** 3), w)
    POINT.point()
    return np.sum(y * g) * s


def start():
    return param([0.3, -0.7, 1.1]), param([0.5, 0.2, -0.4]), param(1.5)


def state(leaves):
    return [np.array(leaf.grad) for leaf in leaves] + [np.array(leaf.data) for leaf in leaves]


def calls_of(run):
    POINT.at, POINT.calls = -1, 0
    run()
    return POINT.calls


def assert_same(a, b):
    for x, y in zip(a, b, strict=True):
        np.testing.assert_array_equal(x, y)


def test_model_of_these_tests_is_right():
    POINT.at = -1
    x, w, s = (np.array(leaf.data) for leaf in start())

    def plain(x, w, s):
        y = np.tanh(x) * 2.0 * w
        y = np.sin(y * w) + np.sin(y)
        y = np.concatenate([[y[1] * s], y[1:]])
        return np.sum(y * 3 * w**2) * s

    for g, e in zip(gradient(model, x, w, s), numeric_gradient(plain, x, w, s), strict=True):
        np.testing.assert_allclose(g, e, rtol=1e-8)


def test_failure_at_any_of_1000_points_leaves_gradients_and_record_as_they_were():
    rng = random.Random(0)
    leaves = start()
    expected = gradient(model, *leaves)
    total = calls_of(lambda: model(*leaves).back())
    forward = calls_of(lambda: model(*leaves))
    assert total > forward > 4
    tracker.zero_grad(leaves)
    np.sum(leaves[0] * 2).back()  # so that "as before" is not all zeros
    before = state(leaves)
    failures = 0
    for _ in range(1000):
        POINT.at, POINT.calls = rng.randrange(1, total + 1), 0
        POINT.kind = rng.choice([ValueError, KeyboardInterrupt, ZeroDivisionError, MemoryError, SystemExit])
        loss = None
        try:
            loss = model(*leaves)
            loss.back()
        except POINT.kind:
            failures += 1
        else:
            pytest.fail("the interruption was swallowed")
        assert_same(state(leaves), before)
        if loss is not None:  # the record is whole: the same back works now
            POINT.at = -1
            loss.back()
            for leaf, b, e in zip(leaves, before, expected, strict=False):
                np.testing.assert_allclose(leaf.grad, b + tracker.data(e), rtol=1e-12)
            tracker.zero_grad(leaves)
            np.sum(leaves[0] * 2).back()
    assert failures == 1000


def test_failure_inside_gradient_at_random_points_leaves_the_next_call_right():
    rng = random.Random(1)
    args = [np.array(leaf.data) for leaf in start()]
    POINT.at = -1
    expected = gradient(model, *args)
    total = calls_of(lambda: gradient(model, *args))
    for _ in range(300):
        POINT.at, POINT.calls = rng.randrange(1, total + 1), 0
        POINT.kind = rng.choice([ValueError, KeyboardInterrupt])
        with pytest.raises(POINT.kind):
            gradient(model, *args)
        POINT.at = -1
        assert_same(gradient(model, *args), expected)


def test_failure_inside_a_pullback_leaves_it_usable():
    rng = random.Random(2)
    args = [np.array(leaf.data) for leaf in start()]
    POINT.at = -1
    _, pull = pullback(model, *args)
    expected = pull(1.0)
    total = calls_of(lambda: pull(1.0))
    for _ in range(200):
        POINT.at, POINT.calls, POINT.kind = rng.randrange(1, total + 1), 0, KeyboardInterrupt
        with pytest.raises(KeyboardInterrupt):
            pull(1.0)
        POINT.at = -1
        assert_same(pull(1.0), expected)


def test_failure_in_nested_and_forward_derivatives_leaves_the_next_call_right():
    rng = random.Random(3)
    x = np.array([0.3, -0.7, 1.1])

    def f(x):
        return np.sum(shifted(tracker.track(soft, x)) ** 2)

    def runs():
        return [grad(lambda x: np.sum(grad(f)(x) ** 2))(x), pushforward(f, (x,), (x,))[1], tracker.hessian(f, x)]

    POINT.at = -1
    expected = runs()
    total = calls_of(runs)
    for _ in range(100):
        POINT.at, POINT.calls, POINT.kind = rng.randrange(1, total + 1), 0, KeyboardInterrupt
        with pytest.raises(KeyboardInterrupt):
            runs()
        POINT.at = -1
        assert_same(runs(), expected)


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs interval timers")
def test_control_c_at_any_moment_leaves_all_or_nothing():
    leaves = [param(np.ones(3)) for _ in range(4)]

    def loss():
        y = 0.0
        for _ in range(30):
            for leaf in leaves:
                y = y + np.sum(np.sin(leaf))
        return y

    def interrupt(*_):
        raise KeyboardInterrupt

    started = time.perf_counter()
    loss().back()
    usual = time.perf_counter() - started
    tracker.zero_grad(leaves)
    whole = 30 * np.cos(np.ones(3))
    rng = random.Random(4)
    previous = signal.signal(signal.SIGALRM, interrupt)
    try:
        for _ in range(300):
            y = loss()
            try:
                signal.setitimer(signal.ITIMER_REAL, rng.uniform(1e-6, usual))
                y.back()
                signal.setitimer(signal.ITIMER_REAL, 0)
            except KeyboardInterrupt:
                signal.setitimer(signal.ITIMER_REAL, 0)
                sums = [leaf.grad.sum() for leaf in leaves]
                assert sums[1:] == sums[:-1], "some leaves have their gradient, others have not"
                if not sums[0]:
                    y.back()  # the record is whole
            np.testing.assert_allclose(leaves[0].grad, whole, rtol=1e-12)
            tracker.zero_grad(leaves)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)
    with ThreadPoolExecutor(1) as pool:  # another thread: none may be left in the nodes' fields
        assert pool.submit(is_free, sweep._lock).result()


def is_free(lock):
    free = lock.acquire(False)
    if free:
        lock.release()
    return free


# 3. No recursion over the graph

N = 1_000_000


def test_chain_of_a_million_scalar_steps():
    x = param(0.5)
    y = x
    for _ in range(N):
        y = y * 1.000001
    assert "1.35" in str(y.data)
    assert repr(y)
    assert str(y)
    assert f"{y:.3f}" == "1.359"
    y.back()
    assert x.grad == pytest.approx(np.e, rel=1e-5)
    del y
    gc.collect()


def test_chain_of_a_million_steps_is_freed_without_being_used():
    # In a process of its own: a recursion in the deallocator would not raise but crash.
    code = f"""
import gc
import numpy as np
import tracker
gc.disable()
x = tracker.param(0.5)
y = x
for _ in range({N}):
    y = y + 1e-6
print(repr(y)[:5])
del y
z = tracker.param(np.ones(2))
y = z
for _ in range({N // 5}):
    y = np.sin(y)
repr(y)
del y
y = z
for _ in range({N // 5}):
    y = y + z
_, pull = tracker.pullback(lambda x: [x := x + 1 for _ in range({N // 5})][-1], 1.0)
pull(1.0)
del pull
y.back(np.ones(2), once=False)
del y
gc.collect()
print("done")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300, env=os.environ)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.endswith("done\n")


def test_long_chain_of_gradients_forward_mode_and_nesting():
    def f(x):
        for _ in range(20_000):
            x = np.sin(x) + 1e-9
        return x

    def slow(x):
        d = 1.0
        for _ in range(20_000):
            d *= np.cos(x)
            x = np.sin(x) + 1e-9
        return d

    assert gradient(f, 0.5)[0] == pytest.approx(slow(0.5), rel=1e-9)
    assert pushforward(f, (0.5,), (1.0,))[1] == pytest.approx(slow(0.5), rel=1e-9)
    (second,) = gradient(lambda x: gradient(f, x)[0], 0.5)
    assert second == pytest.approx((slow(0.5 + 1e-5) - slow(0.5 - 1e-5)) / 2e-5, rel=1e-4)


def test_wide_sums_and_deep_sharing_stay_linear():
    # Each step uses the last one twice: 2**1000 paths.
    def f(x):
        for _ in range(1000):
            x = 0.5 * x + 0.5 * x
        return x

    assert gradient(f, 2.0) == (1.0,)


# 4. Memory goes back


def test_memory_is_flat_over_100000_gradients_without_the_garbage_collector():
    w = np.ones(3)

    def step(x):
        return np.sum(np.tanh(x * w) ** 2)

    def count(n):
        for _ in range(n):
            gradient(step, w)
        return sys.getallocatedblocks()

    gc.collect()
    gc.disable()
    try:
        first = count(2_000)
        last = count(100_000)
    finally:
        gc.enable()
    assert last - first < 200


@pytest.mark.parametrize(
    "run",
    [
        lambda x: tracker.withgradient(lambda p: (np.sum(p["a"] * p["b"][0]), x), {"a": x, "b": [x]}),
        lambda x: gradient(lambda x: np.sum(gradient(lambda z: np.sum(z**3), x)[0]), x),
        lambda x: pushforward(np.sin, (x,), (x,)),
        lambda x: pullback(lambda x: (np.sin(x), [x]), x),
        lambda x: tracker.hessian(lambda x: np.sum(x**3), x),
        lambda x: gradient(lambda x: np.sum(checkpoint(np.sin, x)), x),
        lambda x: gradient(lambda x: np.sum(hook(lambda dy: dy, x)), x),
        lambda x: gradient(written, x),
        lambda x: np.sum(param(x) ** 2).back(),
        lambda x: np.sum(param(x) ** 2),
        lambda x: np.sum(param(x) ** 2).back(once=False),
        lambda x: tracker.jacobian(np.sin, x),
        lambda x: tracker.forwarddiff(np.sin, param(x)),
        lambda x: gradient(lambda x: tracker.collect([x[0], x[1]])[0], x),
        lambda x: gradient(lambda x: np.sum(np.stack([row * 2 for row in x])), x),
        lambda x: [failing(x)],
    ],
)
def test_nothing_waits_for_the_garbage_collector(run):
    x = np.ones(3)
    gc.collect()
    gc.disable()
    try:
        for _ in range(1000):  # fills the free lists of Python and of NumPy
            run(x)
        before = sys.getallocatedblocks()
        for _ in range(300):
            run(x)
        grown = sys.getallocatedblocks() - before
    finally:
        gc.enable()
    assert grown < 100


def written(x):
    y = np.zeros_like(x)
    y[0] = x[1]
    y[1:] += x[1:] ** 2
    v = y[:2]
    v *= 2
    return np.sum(y) + np.sum(v)


def failing(x):
    def refuse(dy):
        raise ZeroDivisionError

    try:
        gradient(lambda x: np.sum(hook(refuse, x * x)), x)
    except ZeroDivisionError:
        return None


def test_back_releases_the_record_and_its_arrays():
    x = param(np.ones(100_000))
    tracemalloc.start()
    base = tracemalloc.get_traced_memory()[0]
    y = x
    for _ in range(20):
        y = np.sin(y)
    loss = np.sum(y)
    del y
    assert tracemalloc.get_traced_memory()[0] - base > 15 * x.data.nbytes
    loss.back()
    assert tracemalloc.get_traced_memory()[0] - base < 3 * x.data.nbytes
    tracemalloc.stop()


def test_value_that_no_rule_needs_is_not_kept():
    x = param(np.ones(100_000))
    tracemalloc.start()
    base = tracemalloc.get_traced_memory()[0]
    y = x
    for _ in range(20):
        y = 2.0 * y + 1.0 - x
    loss = np.sum(y)
    del y
    assert tracemalloc.get_traced_memory()[0] - base < 4 * x.data.nbytes
    loss.back()
    tracemalloc.stop()


def test_gradients_of_the_sweep_are_released_as_it_goes():
    x = np.ones(100_000)

    def f(x):
        for _ in range(30):
            x = np.sin(x)
        return np.sum(x)

    gradient(f, x)
    tracemalloc.start()
    gradient(f, x)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 40 * x.nbytes  # 30 kept values, and a few gradients at a time


# 5. Any thread


def in_threads(work, count=4):
    failures = []

    def guarded(i):
        try:
            work(i)
        except BaseException as error:  # noqa: BLE001 (re-raised below, in the test's own thread)
            failures.append(error)

    threads = [threading.Thread(target=guarded, args=(i,)) for i in range(count)]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    if failures:
        raise failures[0]


def test_four_threads_of_nested_gradients_give_right_numbers():
    def work(i):
        x = np.random.default_rng(i).standard_normal(3)

        def inner(x):
            (g,) = gradient(lambda z: np.sum(np.sin(z) * x), x)  # x cos x
            return np.sum(g**2)

        expected = 2 * x * np.cos(x) ** 2 - 2 * x**2 * np.cos(x) * np.sin(x)
        for _ in range(1500):
            np.testing.assert_allclose(gradient(inner, x)[0], expected, rtol=1e-10)

    in_threads(work)


def test_threads_that_share_a_record():
    x = np.array([0.3, 0.6])
    _, pull = pullback(lambda x: np.sin(x) * x, x)
    expected = np.cos(x) * x + np.sin(x)

    def work(i):
        for k in range(500):
            np.testing.assert_allclose(pull(np.full(2, float(k)))[0], k * expected, rtol=1e-12)

    in_threads(work)


def test_threads_that_accumulate_into_the_same_leaf():
    x = param(np.zeros(2))

    def work(i):
        for _ in range(500):
            np.sum(x * 1.0).back()

    in_threads(work)
    np.testing.assert_array_equal(x.grad, np.full(2, 2000.0))


def test_no_grad_in_one_thread_does_not_reach_another():
    ready, done = threading.Event(), threading.Event()

    def pause():
        with tracker.no_grad():
            ready.set()
            done.wait(10)

    thread = threading.Thread(target=pause)
    thread.start()
    ready.wait(10)
    try:
        np.testing.assert_array_equal(gradient(lambda x: np.sum(x * x), np.ones(2))[0], np.full(2, 2.0))
    finally:
        done.set()
        thread.join()


def test_contexts_that_check_are_counted_in_all_threads(monkeypatch):
    class Slow:
        """A counter that other threads get at between its being read and written."""

        def __init__(self):
            self.count = 0

        @property
        def checking(self):
            count = self.count
            time.sleep(random.random() * 1e-3)
            return count

        @checking.setter
        def checking(self, count):
            self.count = count

    monkeypatch.setattr(recording, "state", Slow())

    def work(i):
        for _ in range(20):
            with tracker.checked():
                time.sleep(random.random() * 1e-3)

    in_threads(work)
    assert recording.state.checking == 0


def test_all_modes_in_threads_at_once():
    def work(i):
        x = np.random.default_rng(i).uniform(0.5, 1.5, 3)
        for _ in range(60):
            np.testing.assert_allclose(tracker.hessian(lambda x: np.sum(x**3), x), np.diag(6 * x), rtol=1e-12)
            np.testing.assert_allclose(tracker.hvp(lambda x: np.sum(x**3), x, x), 6 * x * x, rtol=1e-12)
            np.testing.assert_allclose(pushforward(np.sin, (x,), (x,))[1], np.cos(x) * x, rtol=1e-12)
            np.testing.assert_allclose(gradient(lambda x: np.sum(checkpoint(np.sin, x)), x)[0], np.cos(x), rtol=1e-12)
            np.testing.assert_allclose(gradient(written, x)[0], [0, 4 + 8 * x[1], 2 * x[2]], rtol=1e-12)

    in_threads(work)


# 6. Broadcast and dtype repair happen once, in the sweep


@pytest.mark.parametrize("shape", [(), (1,), (3,), (1, 3), (2, 1), (2, 3), (1, 1, 1), (4, 1, 3)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex64, np.complex128])
def test_gradient_is_fitted_to_its_argument(shape, dtype):
    rng = np.random.default_rng(0)
    other = rng.standard_normal((4, 2, 3)) + 1j * rng.standard_normal((4, 2, 3))
    x = rng.standard_normal(shape).astype(dtype)

    def f(x):
        return np.sum(np.real(x * other + other / (x + 3)))

    (g,) = gradient(f, x)
    assert (g.shape, g.dtype) == (shape, dtype)
    expected = numeric_gradient(f, x.astype(np.result_type(dtype, np.float64)))[0]
    tolerance = 1e-8 if dtype in (np.float64, np.complex128) else 1e-4
    np.testing.assert_allclose(g, expected, rtol=tolerance, atol=tolerance)


def test_rule_need_not_unbroadcast_or_cast():
    def plus(a, b):
        return np.asarray(a) + np.asarray(b)

    tracker.rule(plus, lambda dy, y, a, b: dy, lambda dy, y, a, b: dy * (1 + 2j))
    a, b = np.ones((3, 1), np.float32), np.ones((1, 4))
    ga, gb = gradient(lambda a, b: np.sum(tracker.track(plus, a, b)), a, b)
    assert (ga.shape, ga.dtype) == ((3, 1), np.float32)
    assert (gb.shape, gb.dtype) == ((1, 4), np.float64)
    np.testing.assert_array_equal(ga, np.full((3, 1), 4.0))
    np.testing.assert_array_equal(gb, np.full((1, 4), 3.0))


def test_rule_may_return_less_than_the_shape():
    def total(x):
        return np.sum(np.asarray(x), axis=0)

    tracker.rule(total, lambda dy, y, x: dy)  # (3,) stands for (2, 3)
    (g,) = gradient(lambda x: np.sum(tracker.track(total, x) * np.arange(3.0)), np.ones((2, 3)))
    np.testing.assert_array_equal(g, [[0.0, 1.0, 2.0]] * 2)


# 7. One rule per function, found by identity

ALIASES = [
    ("abs", "absolute"),
    ("acos", "arccos"),
    ("acosh", "arccosh"),
    ("asin", "arcsin"),
    ("asinh", "arcsinh"),
    ("atan", "arctan"),
    ("atan2", "arctan2"),
    ("atanh", "arctanh"),
    ("concat", "concatenate"),
    ("conj", "conjugate"),
    ("divide", "true_divide"),
    ("mod", "remainder"),
    ("permute_dims", "transpose"),
    ("pow", "power"),
]


@pytest.mark.parametrize(("alias", "name"), ALIASES)
def test_alias_has_the_rule_of_its_function(alias, name):
    assert getattr(np, alias) is getattr(np, name)
    assert lookup(getattr(np, alias)) is lookup(getattr(np, name)) is not None


def test_every_function_is_registered_once():
    functions = [op.fun for op in registered() if op.fun is not None]
    assert len({id(f) for f in functions}) == len(functions)


@pytest.mark.parametrize(
    ("other", "f"),
    [
        (np.amax, np.max),
        (np.amin, np.min),
        (np.linalg.matmul, np.matmul),
        (np.linalg.matrix_norm, np.linalg.norm),
        (np.linalg.vector_norm, lambda x: np.linalg.norm(x.ravel())),
        (np.matrix_transpose, np.transpose),
        (np.linalg.trace, np.trace),
        (np.linalg.diagonal, np.diagonal),
        (np.around, np.round),
        (np.fix, np.trunc),
    ],
)
@pytest.mark.filterwarnings("ignore:numpy.fix is deprecated")
def test_twin_of_another_name_has_the_same_gradient(other, f):
    x = np.random.default_rng(0).uniform(0.5, 1.5, (2, 2))
    arguments = (x, x[::-1]) if f is np.matmul else (x,)
    w = np.arange(float(np.size(f(*arguments)))).reshape(np.shape(f(*arguments)))
    for a, b in zip(
        gradient(lambda *args: np.sum(w * other(*args)) + np.sum(args[0]), *arguments),
        gradient(lambda *args: np.sum(w * f(*args)) + np.sum(args[0]), *arguments),
        strict=True,
    ):
        np.testing.assert_allclose(a, b, rtol=1e-14)


# The record is data


def node_of(x):
    return x if isinstance(x, Node) else x.current()


def test_record_of_a_nested_gradient_runs_again_on_new_inputs():
    x = param([0.3, 0.8])

    def f(z):
        return np.sum(np.sin(z) * z[::-1] ** 2) + np.prod(np.exp(z))

    (g,) = gradient(f, x, nest=True)
    loss = np.sum(g**2)
    for new in (np.array([0.3, 0.8]), np.array([-1.2, 0.4]), np.array([2.0, 2.0])):
        expected = numeric_gradient(f, new)[0]
        np.testing.assert_allclose(replay(node_of(g), {node_of(x): new}), expected, rtol=1e-8)
        np.testing.assert_allclose(replay(node_of(loss), {node_of(x): new}), np.sum(expected**2), rtol=1e-8)
    loss.back()  # the record was not changed
    exact = gradient(lambda x: np.sum(gradient(f, x)[0] ** 2), np.array([0.3, 0.8]))[0]
    np.testing.assert_allclose(x.grad, exact, rtol=1e-12)


def test_record_with_writes_and_several_leaves_runs_again():
    a, b = param([1.0, 2.0, 3.0]), param(2.0)

    def f(a, b):
        y = np.zeros_like(a)
        y[0] = a[1] * b
        y[1:] += a[:2]
        y *= b
        return np.sum(y * a)

    loss = f(a, b)
    assert replay(node_of(loss), {}) == loss.data
    new_a, new_b = np.array([-1.0, 0.5, 4.0]), 3.0
    assert replay(node_of(loss), {node_of(a): new_a, node_of(b): new_b}) == f(new_a, new_b)
    assert replay(node_of(loss), {node_of(b): new_b}) == f(a.data, new_b)


@pytest.mark.parametrize("first", [True, False])
def test_rules_get_a_tuple_also_where_a_result_has_no_gradient(first):
    seen = []

    def two(x):
        return x + 1, x * 2

    def blind(x):
        return x * 1

    def pullback(dy, y, x):
        seen.append(dy)
        return sum((d for d in dy if d is not None), start=0 * x)

    tracker.rule(two, pullback)
    tracker.rule(blind, None)

    def loss(x):
        a, b = tracker.track(two, x)
        parts = [tracker.track(blind, a), b] if first else [b, tracker.track(blind, a)]
        return np.sum(parts[0] + parts[1])

    np.testing.assert_array_equal(tracker.gradient(loss, np.ones(2))[0], [1.0, 1.0])
    assert type(seen[0]) is tuple
    assert seen[0][0] is None
