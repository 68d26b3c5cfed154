"""What random programs write, and how they loop: forms for tests/program_writes.py and tests/program_loops.py.

{v} is an array that is written into, {e} what is written, {m} a mask of its shape; in loops {a}, {b} are arrays,
{s}, {t} numbers, {n}, {m} new variables.
"""

from __future__ import annotations

from tests.program_forms import forms

# ---------------------------------------------------------------- masks, fancy indices, out=, views of views

THROUGH = forms("""
    np.add({v}, {e}, out={v}, where={m}) | np.multiply({e}, {v}, out={v}, where={m}) | np.sin({v}, out={v}, where={m}) |
    np.divide({e}, 2.5, out={v}, where={m}) | np.copyto({v}, np.copy({e}), where={m}) |
    np.putmask({v}, {m}, np.copy({e}).astype({v}.dtype)) | np.place({v}, {m}, np.ravel({e}).astype({v}.dtype)) |
    np.put({v}, [0, -1], np.ravel(np.copy({e}))) | {v}.put([0, 1], np.copy({e}), mode='clip') |
    np.subtract.at({v}, [0, -1, 0], np.mean({e})) | np.add.at({v}, ([0, 0],), {v}[0] * 0.1) |
    np.multiply.at({v}, [0, 0], np.mean({e})) | np.negative.at({v}, [0, 0]) |
    np.put_along_axis({v}, np.argsort({v}, axis=-1), np.copy({e}), axis=-1) | {v}[[0, 0, -1]] += np.mean({e}) |
    {v}[[0, -1]] *= {v}[[-1, 0]] | {v}[{m}] *= np.mean({e}) | {v}[{m}] += {v}[{m}] * 0.5 | {v}[{m}] = {v}[{m}][::-1] |
    {v}[~{m}] = np.ravel({e})[0] | {v}[1:][::-1] += np.mean({e}) | {v}.T[0] *= np.mean({e}) |
    {v}.reshape(-1)[1:] -= np.mean({e}) | {v}[None][..., 0] = np.mean({e}) | {v}[::-1].T[...] *= 0.9 |
    {v}[..., ::-1][..., :1] += {v}[..., :1] | {v}.flat[[0, -1]] = np.mean({e}) | {v}.flat[1:] = 0.3 | {v}.real *= 0.8 |
    {v}.real[...] += np.mean({e}) | np.fill_diagonal({v}, np.mean({e})) | np.sum({v}, axis=0, out={v}[0]) |
    np.matmul({v}, {v}, out={v}) | {v} @= {v} | np.cumsum({v}, axis=-1, out={v}) | np.exp(np.tanh({e}), out={v}) |
    np.maximum.accumulate({v}, axis=0, out={v}) | {v} -= {v}[::-1] | {v}.sort(axis=0) | {v}[:, 0] += {v}[:, -1] |
    {v}[np.ix_([0, -1], [0])] = np.mean({e}) | {v}[0], {v}[-1] = {v}[-1] * 1, {v}[0] * 1 | np.square({v}, {v}) |
    np.nan_to_num({v}, copy=False) | np.take({v}, [0, 0], axis=0, out={v}[:2]) |
    np.concatenate([{v}[1:].copy(), {v}[:1].copy()], out={v}) | {v}[[-1, 0]] -= {v}[[0, 0]] |
    {v}.T.reshape(-1)[0] = np.mean({e}) | {v}.reshape(-1)[::2][:1] *= 2.0 | {v}.swapaxes(0, -1)[..., 0] += 0.2 |
    np.atleast_2d({v})[0][1:] *= np.mean({e}) | np.mean({v}, axis=-1, out={v}[..., 0]) | {v}[{m}] -= np.sum({e})
""")

# ---------------------------------------------------------------- loops

LOOPS = [
    loop.strip()
    for loop in """
{n} = {s}
for k in range(3):
    {n} = {n} + 0.2 * np.cos({n} * {t})

{n} = {s}
while abs({n}) > 0.71:
    {n} = {n} * 0.6

{n} = 0.0
for e in {a}.flat:
    {n} = {n} + np.sin(e)

{n} = 0.0
for row in {a}:
    {n} = {n} * 0.5 + row

{n} = {a}
for k in range(2):
    {n} = np.tanh({n} * {b})

{n} = np.zeros_like({a})
for i in range(len({a})):
    {n}[i] = {a}[i] * ({n}[i - 1] + 0.5)

{n} = {a} * 1.0
for i in range(1, len({a})):
    {n}[i] += 0.5 * {n}[i - 1]

{n} = {a} * 1.0
for row in {n}:
    row *= 0.7

{n} = {a} * 1.0
for i, row in enumerate({n}):
    row += {b}[i % len({b})]

{n} = np.stack([np.sin(e) * {s} for e in {a}])

{n} = {s}
{m} = {t}
for k in range(3):
    {n}, {m} = {n} + 0.1 * {m}, {m} - 0.1 * {n} * {n}
{n} = {n} * {m}

{n} = 0.0
for i in range(len({a})):
    if {a}[i].sum() > 0.1:
        {n} = {n} + {a}[i] * {s}
    else:
        {n} = {n} - {a}[i]

{n} = {a}
for k in range(2):
    {n} = {n} - 0.1 * {n} ** 2
    {n}[0] = {s}

{n} = np.zeros_like({a})
for i in range(len({a})):
    for j in range(len({a})):
        {n}[i] += {a}[j] * (0.5 + i) * {s}

{n} = np.zeros_like({a})
for index in np.ndindex({a}.shape):
    {n}[index] = np.sin({a}[index]) * {s}

{n} = {s} * 1
for k in range(2):
    {n} *= {t}
    {n} += 0.3

{n} = max({s}, {t})
for e in [{s}, {t}]:
    {n} = {n} - 0.25 * e ** 3 / (1 + e * e)

{n} = np.zeros_like({a})
for index in np.ndindex({a}.shape):
    {n}[index] = {a}[index] ** 2 if {a}[index] > 0.1 else np.sin({a}[index]) * {s}

{n} = {s} * 1.0
for k in range(5):
    {m} = ({n} ** 3 + {n} - {t}) / (3 * {n} ** 2 + 1)
    {n} = {n} - {m}
    if abs({m}) < 0.013:
        break

{n} = {a}.ravel() * 1.0
for i in range(len({n}) - 1):
    if {n}[i] > {n}[i + 1]:
        {n}[i], {n}[i + 1] = {n}[i + 1], {n}[i]

{n} = {a}.ravel()[0] * 1.0
for e in {a}.ravel():
    if e > {n} + 0.1:
        {n} = e * {s}

{n} = {a}
while np.sum({n} ** 2) > 1.13:
    {n} = {n} * 0.6

def {m}(z, k):
    return z if k == 0 else {m}(np.sin(z) * {s}, k - 1)
{n} = {m}({a}, 3)

{n} = sum(map(lambda row: row * {s}, {a}))

{n} = []
for e in {a}.flat:
    {n}.append(e * {s})
{n} = np.stack({n})

{n} = [row * {t} for row in {a}]
{n}.append({n}[0] + {n}[-1])
{n} = np.concatenate([np.atleast_1d(row) for row in {n}])

{n} = [{s}, {t}]
{n}[0], {n}[1] = {n}[1] * 0.5, {n}[0] + 0.3
{n} = np.stack({n})

{n} = {{"u": {s}, "w": {a}}}
for k in range(2):
    {n} = dict({n}, u={n}["u"] * 0.9, w={n}["w"] + {n}["u"])
{n} = {n}["w"]

{n} = np.concatenate([[{s}, 0.5], {a}.ravel(), [{t}]])

{n} = np.hstack([{s}, {t}, {a}.ravel()])

{n} = np.mean([{s}, {t}, 1.0])

{n} = sum([e * e for e in {a}.ravel()], start=0.0)

{n} = np.array([{s}, [{t}][0], 0.5], like={a})

{n} = np.asarray([[{s}, 2.0], [{t}, {s}]], like={a}) @ np.array([1.0, -0.5])

{n} = np.zeros_like({a}, shape=3)
for i, e in enumerate([{s}, {t}, {s} * {t}]):
    {n}[i] = e
    {n}[: i + 1] *= 0.9

{n} = {a} * 1.0
{m} = {n}[::-1]
for k in range(2):
    {m}[0] += 0.3 * {n}[0]
    {n}[1:] *= {s}

{n} = {a} * 1.0
for {m} in np.array_split({n}, 2):
    {m} *= {t}
    {m}[:1] = {s}
""".split("\n\n")
]
