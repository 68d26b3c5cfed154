"""Structures are taken apart and put together again without loss, whatever they are made of."""

import dataclasses
import enum
import gc
import sys
import threading
from collections import OrderedDict, defaultdict, deque, namedtuple
from types import SimpleNamespace
from typing import Any, NamedTuple

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker import nn, tree
from tracker.tree._classes import Static


class Point(NamedTuple):
    x: Any
    y: Any = 0.0


Pair = namedtuple("Pair", "first second")


@dataclasses.dataclass
class Layer:
    W: Any
    b: Any


@dataclasses.dataclass(frozen=True)
class FrozenLayer:
    W: Any
    b: Any


@dataclasses.dataclass(slots=True)
class SlottedLayer:
    W: Any
    b: Any


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class FrozenSlottedLayer:
    W: Any
    b: Any


class SubclassedLayer(Layer):
    pass


@attrs.define
class AttrsLayer:
    W: Any
    b: Any


@attrs.frozen
class FrozenAttrsLayer:
    W: Any
    b: Any


@attrs.define(slots=False)
class OpenAttrsLayer:
    W: Any
    b: Any


@tree.struct
class StructLayer:
    W: Any
    b: Any


class MyDict(dict):
    pass


class MyOrderedDict(OrderedDict):
    pass


class MyList(list):
    pass


class MyTuple(tuple):
    __slots__ = ()


class Unsortable:
    """A key that has no order."""

    def __init__(self, number):
        self.number = number

    def __repr__(self):
        return f"Unsortable({self.number})"


KEYS = [Unsortable(i) for i in range(3)]

TREES = [
    1.0,
    None,
    "text",
    np.ones((2, 3)),
    (),
    [],
    {},
    (1.0, (2.0, (3.0, ()))),
    [1.0, [2.0, [None]]],
    {"b": 1.0, "a": 2.0},
    {3: 1.0, "a": 2.0, (1, 2): 3.0, None: 4.0, KEYS[0]: 5.0},
    {KEYS[2]: 1.0, KEYS[0]: 2.0, KEYS[1]: 3.0},
    Point(1.0, Point([2.0], {"z": 3.0})),
    Pair(1.0, None),
    OrderedDict([("b", 1.0), ("a", OrderedDict(c=2.0))]),
    defaultdict(list, {"b": 1.0, "a": [2.0]}),
    deque([1.0, (2.0,)], maxlen=5),
    SimpleNamespace(b=1.0, a=SimpleNamespace(c=2.0)),
    Layer(1.0, Layer(2.0, [3.0])),
    FrozenLayer(1.0, FrozenLayer(2.0, None)),
    SlottedLayer(1.0, "text"),
    FrozenSlottedLayer(W=1.0, b={"x": 2.0}),
    SubclassedLayer(1.0, 2.0),
    AttrsLayer(1.0, AttrsLayer(2.0, np.tanh)),
    FrozenAttrsLayer(1.0, 2.0),
    OpenAttrsLayer(1.0, 2.0),
    StructLayer(1.0, StructLayer((2.0,), 3.0)),
    MyDict(b=1.0, a=[2.0]),
    MyOrderedDict(b=1.0, a=2.0),
    MyList([1.0, MyList([2.0])]),
    MyTuple((1.0, MyTuple((2.0,)))),
]


def same(a, b):
    """Equal in structure, types, order and leaves."""
    return type(a) is type(b) and repr(a) == repr(b)


# Round trips


@pytest.mark.parametrize("x", TREES, ids=repr)
def test_unflatten_undoes_flatten(x):
    leaves, treedef = tree.flatten(x)
    assert same(tree.unflatten(treedef, leaves), x)


@pytest.mark.parametrize("x", TREES, ids=repr)
def test_map_of_identity_gives_an_equal_tree(x):
    assert same(tree.map(lambda leaf: leaf, x), x)


@pytest.mark.parametrize("x", TREES, ids=repr)
def test_there_is_a_name_for_every_leaf(x):
    names = tree.names(x, "x")
    assert len(names) == len(tree.flatten(x)[0])
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    "x", [x for x in TREES if isinstance(x, (tuple, list, Layer, AttrsLayer, SimpleNamespace))], ids=repr
)
def test_a_name_leads_to_its_leaf(x):
    leaves, _ = tree.flatten(x)
    # The last child of a subclassed container is its own attributes, which no expression in Python reaches.
    for name, leaf in zip(tree.names(x, "x"), leaves, strict=True):
        assert "__dict__" in name or isinstance(x, (MyList, MyTuple)) or eval(name, {"x": x}) is leaf


scalars = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=3))
keys = st.one_of(st.integers(), st.text(max_size=3), st.none(), st.booleans(), st.tuples(st.integers()))
structures = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.lists(inner, max_size=3).map(MyList),
        st.dictionaries(keys, inner, max_size=3),
        st.dictionaries(keys, inner, max_size=3).map(OrderedDict),
        st.dictionaries(keys, inner, max_size=3).map(MyDict),
        st.builds(Point, inner, inner),
        st.builds(Layer, inner, inner),
        st.builds(FrozenAttrsLayer, inner, inner),
        st.builds(StructLayer, inner, inner),
    ),
    max_leaves=12,
)


@given(structures)
def test_any_nesting_comes_back_unchanged(x):
    leaves, treedef = tree.flatten(x)
    assert same(tree.unflatten(treedef, leaves), x)


@given(structures)
def test_replaced_leaves_stand_where_the_old_ones_stood(x):
    leaves, treedef = tree.flatten(x)
    marks = [object() for _ in leaves]
    again, _ = tree.flatten(tree.unflatten(treedef, marks))
    # The own attributes of a subclassed container are a leaf that is made anew each time.
    assert all(b is a or isinstance(b, Static) for a, b in zip(marks, again, strict=True))


# Containers


def test_dict_keeps_its_insertion_order():
    leaves, treedef = tree.flatten({"z": 1.0, "a": 2.0, "m": 3.0})
    assert list(tree.unflatten(treedef, leaves)) == ["z", "a", "m"]


def test_defaultdict_keeps_its_factory():
    leaves, treedef = tree.flatten(defaultdict(list, a=1.0))
    assert tree.unflatten(treedef, leaves)["missing"] == []


def test_deque_keeps_its_length_limit():
    leaves, treedef = tree.flatten(deque([1.0], maxlen=3))
    assert tree.unflatten(treedef, leaves).maxlen == 3


def test_attributes_of_a_subclassed_container_are_carried_along():
    x = MyDict(a=1.0)
    x.note = "note"
    assert tree.map(lambda leaf: 2 * leaf, x) == {"a": 2.0}
    assert tree.map(lambda leaf: 2 * leaf, x).note == "note"


def test_same_array_in_two_places_is_two_leaves():
    x = np.ones(2)
    assert len(tree.flatten({"a": x, "b": [x, x]})[0]) == 3


def test_map_matches_dicts_by_key_not_by_order():
    assert tree.map(lambda a, b: a - b, {"x": 5.0, "y": 7.0}, {"y": 1.0, "x": 2.0}) == {"x": 3.0, "y": 6.0}
    first, second, _ = KEYS
    assert tree.map(lambda a, b: a - b, {first: 5.0, second: 7.0}, {second: 1.0, first: 2.0}) == {
        first: 3.0,
        second: 6.0,
    }


@pytest.mark.parametrize(
    "other", [[1.0], [1.0, 2.0, 3.0], (1.0, 2.0), {"a": 1.0, "b": 2.0}, Layer(1.0, 2.0), 1.0], ids=repr
)
def test_map_refuses_a_tree_of_another_structure(other):
    with pytest.raises(ValueError):
        tree.map(lambda a, b: a + b, [1.0, 2.0], other)


def test_map_meets_new_classes_in_any_of_its_trees():
    @dataclasses.dataclass
    class New:
        x: Any

    assert tree.map(lambda a, b: b.x, {"a": 1.0}, {"a": New(2.0)}) == {"a": 2.0}


def test_a_thousand_leaves_and_deep_nesting():
    x = 1.0
    for i in range(300):
        x = [(x, {"k": float(i)})]
    leaves, treedef = tree.flatten(x)
    assert len(leaves) == 301
    assert tree.unflatten(treedef, leaves) == x


# Classes with fields


@dataclasses.dataclass
class Checked:
    scale: Any
    derived: Any = dataclasses.field(init=False)

    def __post_init__(self):
        if not self.scale > 0:
            raise ValueError("scale must be positive")
        self.derived = 2 * self.scale


@attrs.frozen
class CheckedAttrs:
    _scale: float = attrs.field(validator=attrs.validators.gt(0), converter=float)


def test_dataclass_is_made_without_running_its_checks():
    made = tree.map(lambda leaf: -leaf, Checked(1.0))
    assert (made.scale, made.derived) == (-1.0, -2.0)


def test_attrs_class_is_made_without_validators_or_converters():
    made = tree.map(lambda leaf: "text", CheckedAttrs(1.0))
    assert made._scale == "text"


def test_dataclass_with_a_field_not_set_yet():
    @dataclasses.dataclass
    class Lazy:
        a: Any
        cache: Any = dataclasses.field(init=False)

    made = tree.map(lambda leaf: 2 * leaf, Lazy(1.0))
    assert made.a == 2.0
    assert not hasattr(made, "cache")


def test_cached_property_is_computed_anew():
    import functools

    @dataclasses.dataclass
    class Kernel:
        scale: Any

        @functools.cached_property
        def squared(self):
            return self.scale**2

    kernel = Kernel(3.0)
    assert kernel.squared == 9.0
    assert tree.map(lambda leaf: 2 * leaf, kernel).squared == 36.0


def test_initvar_and_classvar_are_no_leaves():
    from typing import ClassVar

    @dataclasses.dataclass
    class WithOthers:
        a: Any
        seed: dataclasses.InitVar[int] = 0
        count: ClassVar[float] = 5.0

    assert tree.flatten(WithOthers(1.0, 3))[0] == [1.0]


def test_static_field_is_carried_and_is_no_parameter():
    @tree.struct
    class Dense:
        W: Any
        scale: float = tree.static(2.0)
        activation: Any = tree.static(np.tanh)

    leaves, treedef = tree.flatten(Dense(np.ones(2), 3.0))
    assert [tree.is_parameter(leaf) for leaf in leaves] == [True, False, False]
    back = tree.unflatten(treedef, leaves)
    assert (back.scale, back.activation) == (3.0, np.tanh)


def test_gradient_of_a_static_field_is_none():
    @tree.struct
    class Dense:
        W: Any
        scale: float = tree.static(2.0)

    leaves, treedef = tree.flatten(Dense(np.ones(2)))
    gradient = tree.unflatten(treedef, [leaf if tree.is_parameter(leaf) else None for leaf in leaves])
    assert type(gradient) is Dense
    assert gradient.scale is None


def test_static_in_plain_dataclasses_and_attrs_classes():
    @dataclasses.dataclass
    class Plain:
        a: Any
        rate: float = tree.static(0.5)
        table: Any = tree.static(default_factory=dict)  # noqa: RUF009

    @attrs.define
    class WithAttrs:
        a: Any
        rate: float = attrs.field(default=0.5, metadata={"tracker.static": True})

    for x in (Plain(1.0), WithAttrs(1.0)):
        assert [tree.is_parameter(leaf) for leaf in tree.flatten(x)[0]][:2] == [True, False]
        assert tree.map(lambda leaf: 2 * leaf, x).rate == 0.5


def test_static_field_without_default_is_required():
    @tree.struct
    class Dense:
        W: Any
        activation: Any = tree.static()

    with pytest.raises(TypeError, match="activation"):
        Dense(1.0)


def test_struct_is_a_frozen_dataclass():
    @tree.struct
    class Line:
        slope: float
        intercept: float = 0.0

    line = Line(2.0)
    assert dataclasses.is_dataclass(Line)
    assert line == Line(2.0, 0.0)
    assert dataclasses.replace(line, slope=3.0) == Line(3.0)
    with pytest.raises(dataclasses.FrozenInstanceError):
        line.slope = 1.0


def test_struct_takes_the_options_of_dataclass():
    @tree.struct(kw_only=True, slots=True)
    class Line:
        slope: float

    assert tree.map(lambda leaf: 2 * leaf, Line(slope=2.0)) == Line(slope=4.0)
    with pytest.raises(TypeError):
        Line(2.0)


def test_array_class_that_is_a_dataclass_is_one_leaf():
    @dataclasses.dataclass
    class Wrapped(np.lib.mixins.NDArrayOperatorsMixin):
        inner: Any

        @property
        def dtype(self):
            return self.inner.dtype

        def __array_ufunc__(self, *args, **kwargs):
            return NotImplemented

    x = Wrapped(np.ones(2))
    leaves, _ = tree.flatten({"a": x})
    assert leaves == [x]
    assert tree.is_parameter(x)
    assert not tree.is_parameter(Wrapped(np.arange(2)))


# What is a parameter


class Celsius(float):
    pass


class Mode(enum.Enum):
    FAST = 1.5


class Constant(float, enum.Enum):
    PI = 3.14


PARAMETERS = [
    1.0,
    1j,
    Celsius(20.0),
    np.float16(1),
    np.float32(1),
    np.float64(1),
    np.longdouble(1),
    np.complex64(1),
    np.complex128(1),
    np.clongdouble(1),
    np.array(1.0),
    np.ones(2),
    np.ones(2, np.float16),
    np.ones(2, complex),
    np.ones((0, 3)),
    np.ma.masked_array([1.0, 2.0]),
]
CONSTANTS = [
    1,
    True,
    10**30,
    np.int64(1),
    np.bool_(True),
    "text",
    b"bytes",
    None,
    np.tanh,
    len,
    float,
    np.float64,
    slice(1.0),
    {1.0},
    object(),
    range(3),
    np.arange(3),
    np.array([True]),
    np.array(["a"]),
    np.array([1.0, None], dtype=object),
    np.datetime64("2020-01-01"),
    np.zeros(2, "M8[s]"),
    np.zeros(2, [("a", float)]),
    np.random.default_rng(0),
    Mode.FAST,
    Constant.PI,
]


@pytest.mark.parametrize("leaf", PARAMETERS, ids=lambda x: f"{type(x).__name__} {x!r}")
def test_is_differentiated(leaf):
    assert tree.is_parameter(leaf)
    assert [x is leaf for x in tree.flatten([leaf])[0]] == [True]


@pytest.mark.parametrize("leaf", CONSTANTS, ids=lambda x: type(x).__name__)
def test_is_not_differentiated_but_kept(leaf):
    assert not tree.is_parameter(leaf)
    assert [x is leaf for x in tree.flatten([leaf])[0]] == [True]


# Whole arguments


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (2, 2.0),
        (np.int32(2), np.float64(2)),
        ([1, 2, 3], np.array([1.0, 2.0, 3.0])),
        ([1, 2.5], np.array([1.0, 2.5])),
        ([1, 2j], np.array([1, 2j])),
        ([[1, 2], [3, 4]], np.array([[1.0, 2.0], [3.0, 4.0]])),
        ([np.float32(1), np.float32(2)], np.array([1, 2], np.float32)),
        ([10**30], np.array([1e30])),
        ([], np.zeros(0)),
        (np.array([1, 2]), np.array([1.0, 2.0])),
        (np.array(3), np.array(3.0)),
        (np.array([1, 2], np.uint8), np.array([1.0, 2.0])),
    ],
    ids=repr,
)
def test_numbers_and_lists_of_numbers_become_floats(given, expected):
    made = tree.as_argument(given)
    assert type(made) is type(expected)
    assert np.asarray(made).dtype == np.asarray(expected).dtype
    np.testing.assert_array_equal(made, expected)


@pytest.mark.parametrize(
    "given",
    [
        2.0,
        2j,
        True,
        "text",
        None,
        np.float32(1),
        np.ones(2, np.float32),
        np.array([True, False]),
        (1, 2),
        {"a": 1},
        [1.0, None],
        [True, 1.0],
        [1.0, np.ones(2)],
        [np.ones(2), np.ones(2)],
        Point(1, 2),
        Constant.PI,
    ],
    ids=repr,
)
def test_anything_else_is_passed_as_it_is(given):
    assert tree.as_argument(given) is given


def test_ragged_list_of_numbers_is_refused():
    with pytest.raises(ValueError, match=r"differ in length\. Give arrays in the list"):
        tree.as_argument([[1, 2], [3]])


def test_list_inside_a_structure_stays_a_list():
    leaves, _ = tree.flatten({"a": [1, 2.0]}, top_level=True)
    assert leaves == [1, 2.0]


# Threads, memory


def test_classes_are_learnt_once_in_many_threads():
    for _ in range(50):
        cls = dataclasses.make_dataclass("Fresh", ["a", "b"])
        barrier = threading.Barrier(4)
        results = []

        def work(cls=cls, barrier=barrier, results=results):
            barrier.wait()
            results.append(tree.flatten([cls(1.0, cls(2.0, 3.0))])[0])

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert results == [[1.0, 2.0, 3.0]] * 4


def test_leaves_are_not_kept_alive():
    gc.disable()
    try:
        x = {"a": np.ones(3), "b": StructLayer(np.ones(2), [1.0])}
        before = [sys.getrefcount(leaf) for leaf in (x["a"], x["b"].W)]
        for _ in range(100):
            leaves, treedef = tree.flatten(x)
            tree.unflatten(treedef, leaves)
        del leaves, treedef
        assert [sys.getrefcount(leaf) for leaf in (x["a"], x["b"].W)] == before
    finally:
        gc.enable()


def test_a_layer_is_replaced_whatever_its_class_is_made_of():
    layer = nn.Dense(2, 2, np.tanh, rng=np.random.default_rng(0))
    made = tree.replace(layer, weight=np.eye(2), bias=None)
    np.testing.assert_array_equal(made(np.ones((1, 2))), np.tanh(np.ones((1, 2))))
    assert layer.bias is not None
    assert made.activation is np.tanh
    assert tree.replace(StructLayer(np.ones(2), [1.0]), W=2.0).W == 2.0
    with pytest.raises(TypeError, match="no field weights"):
        tree.replace(layer, weights=1.0)
    with pytest.raises(TypeError, match="instance of a dataclass"):
        tree.replace([1.0])
