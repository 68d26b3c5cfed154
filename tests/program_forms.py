"""What random programs are made of: forms of expressions, for tests/programs.py.

{a}, {b}, {c} are operands, {k} and {j} keywords of a reduction, {v} an array that is written into, {e} what
is written, {s}, {t} numbers.
"""

from __future__ import annotations


def forms(text: str) -> list[str]:
    """The expressions that "|" separates."""
    return [form.strip() for form in text.split("|")]


# ---------------------------------------------------------------- one operand

SMOOTH = forms("""
    np.sin({a}) | np.cos({a}) | np.tanh({a}) | np.arctan({a}) | np.exp({a}) | np.expm1({a}) | np.sinh({a}) |
    np.arcsinh({a}) | np.square({a}) | -{a} | +{a} | {a} ** 2 | {a} ** 3 | 2 ** {a} | 0.7 ** {a} | np.negative({a}) |
    np.sqrt({a} * {a} + 0.5) | np.log({a} ** 2 + 0.3) | np.log1p({a} * {a}) | np.sinc({a}) | 1 / (2.0 + np.sin({a})) |
    np.reciprocal(3.0 + np.cos({a})) | np.logaddexp({a}, 0.0) | ({a} + 9.0) ** 0.5 | ({a} + 9.0) ** -1.5 |
    np.cbrt({a} + 20) | np.arcsin(0.9 * np.sin({a})) | np.exp2({a}) | np.deg2rad({a}) | np.log2({a} * {a} + 1) |
    np.tan(0.2 * {a}) | np.arctanh(0.6 * np.sin({a})) | np.positive({a}) | np.copy({a}) | np.real({a}) |
    np.nan_to_num({a}) | np.where(np.isfinite({a}), {a}, 0.0)
""")

# (form, what must be away from zero)
KINKED = [
    ("np.abs({a})", "{a}"),
    ("abs({a})", "{a}"),
    ("np.maximum({a}, 0.1)", "{a} - 0.1"),
    ("np.fabs({a})", "{a}"),
    ("np.clip({a}, -0.8, 0.9)", "({a} + 0.8) * ({a} - 0.9)"),
    ("np.minimum({a}, 0)", "{a}"),
    ("np.floor({a})", "np.sin(np.pi * {a}) / 4"),
    ("np.sign({a})", "{a}"),
    ("{a} % 1.7", "np.sin(np.pi * {a} / 1.7) / 2"),
    ("np.heaviside({a}, 0.5)", "{a}"),
    ("np.where({a} > 0.2, np.sin({a}), {a} * 2)", "{a} - 0.2"),
    ("np.maximum({a}, 0) * {a}", "{a}"),
    ("np.modf({a})[0]", "np.sin(np.pi * {a}) / 4"),
    ("np.select([{a} < -0.5, {a} > 0.5], [{a} ** 2, 1.0], -{a})", "({a} + 0.5) * ({a} - 0.5)"),
]

# ---------------------------------------------------------------- two operands

PAIRS = forms("""
    {a} + {b} | {a} - {b} | {b} - {a} | {a} * {b} | {b} * {a} | {a} / (2.5 + np.sin({b})) | {b} / (1.5 + {a} * {a}) |
    np.hypot({a}, np.exp({b})) | np.arctan2({a}, np.exp({b})) | np.logaddexp({a}, {b}) | ({a} * {a} + 0.4) ** {b} |
    np.add({a}, {b}) | np.subtract({b}, {a}) | np.multiply({a}, {b}) | np.true_divide({a}, np.cosh({b})) |
    np.power(np.exp({a}), {b}) | np.float_power(2 + np.cos({a}), {b}) |
    np.where(np.arange(np.size({a})).reshape(np.shape({a})) % 2 == 0, {a}, {b}) | np.logaddexp2({a}, {b}) |
    np.multiply({a}, {b}) + {a} | {a} * {b} * {a} | np.sin({a}) * {b} - {a} * np.cos({b}) |
    np.interp({a}, [-9.0, 9.0], np.stack([np.sum({b}), np.mean({b})])) | np.add({a}, {b}, dtype=float) |
    np.nextafter({a}, 9.0) * {b}
""")

# of three operands: (form, what must be away from zero)
THREES = [
    ("{a} * {b} + {c}", None),
    ("np.add(np.multiply({a}, {b}), {c})", None),
    ("np.einsum('...,...,...->...', {a}, {b}, {c})", None),
    ("({a} - {b}) * ({b} - {c}) * ({c} - {a})", None),
    ("np.where(np.indices(np.shape({a})).sum(0) % 2 == 0, {b}, {c}) * {a}", None),
    ("np.where({a} > {b}, {a} * {c}, {c})", "np.subtract({a}, {b})"),
    ("np.where({a} < {c}, {b}, np.sin({a}))", "np.subtract({a}, {c})"),
    ("np.select([{a} > {b}, {a} > {b} - 1.0], [{c}, {a}], 0.5) * {b}", "np.subtract({a}, {b}) * ({a} - {b} + 1.0)"),
    ("np.choose(np.greater({a}, 0.2) * 1, [{b}, {c}]) * {a}", "np.subtract({a}, 0.2)"),
    ("np.piecewise({a}, [{a} > 0.2], [lambda z: z * 2, np.sin]) + {b} * {c}", "np.subtract({a}, 0.2)"),
    ("np.maximum(np.maximum({a}, {b}), {c})", "np.subtract({a}, {b}) * ({b} - {c}) * ({a} - {c})"),
    ("np.clip({a}, np.minimum({b}, {c}) - 1, np.maximum({b}, {c}))",
     "({a} - np.minimum({b}, {c}) + 1) * ({a} - np.maximum({b}, {c})) * np.subtract({b}, {c})"),
    ("np.hypot(np.hypot({a}, {b}) + 1, {c})", "np.hypot({a}, {b})"),
    ("np.average(np.stack(np.broadcast_arrays({a}, {b})), axis=0, weights=[0.3, 0.7]) * {c}", None),
    ("np.multiply({a}, {b}, where=np.indices(np.shape({a})).sum(0) % 2 == 0, out=np.zeros_like({a} * {b})) + {c}",
     None),
]  # fmt: skip

# derivatives inside the program
NESTED = forms("""
    tracker.grad(lambda z: np.sum(np.sin(z) * {b}))({a}) |
    tracker.gradient(lambda z: np.sum(z ** 3 + {b} * z), {a})[0] |
    tracker.pushforward(lambda z: np.exp(0.2 * z) * {b}, ({a},), (np.cos({a}),))[1] | tracker.jacobian(np.sin, {a}) |
    tracker.hvp(lambda z: np.sum(z ** 3 * {b}), {a}, np.sin({a})) | tracker.forwarddiff(lambda z: np.sin(z) * z, {a}) |
    tracker.checkpoint(lambda z, w: np.tanh(z) * w, {a}, {b}) | tracker.hook(lambda d: d * 1.0, {a}) * {b} |
    tracker.pullback(lambda z: np.exp(0.2 * z) * z, {a})[1](np.cos({a}))[0] |
    tracker.withgradient(lambda z: np.mean(z * z * {b}), {a}).val | tracker.hessian(lambda z: np.sum(z ** 3), {a}) |
    tracker.grad(lambda z: np.sum(z ** 2 * tracker.grad(lambda u: np.sum(np.cos(u * z)))({b})))({a}) |
    tracker.gradient(lambda z, w: np.sum(np.sin(z) * w * w), {a}, {b})[1] |
    tracker.grad(lambda z: tracker.pushforward(lambda u: np.sum(np.sin(u) * {b}), (z,), ({a},))[1])({a}) |
    tracker.grad(lambda z: np.sum(tracker.checkpoint(lambda u, w: u ** 3 * w, z, {b})))({a}) |
    tracker.grad(lambda d: np.sum(d["u"] ** 3 * {b}))({{"u": {a}}})["u"]
""")

KINKED_PAIRS = [
    ("np.maximum({a}, {b})", "{a} - {b}"),
    ("np.minimum({a}, {b})", "{a} - {b}"),
    ("np.fmax({a}, {b})", "{a} - {b}"),
    ("np.where({a} > {b}, {a}, {b} * 2)", "{a} - {b}"),
    ("np.where({a} < {b}, 0.5, {a} * {b})", "{a} - {b}"),
    ("np.copysign({a}, {b})", "np.multiply({a}, {b})"),
    ("np.clip({a}, {b}, np.add({b}, 1))", "({a} - {b}) * ({a} - {b} - 1.0)"),
    ("np.abs({a} - {b})", "{a} - {b}"),
]

PRODUCTS = forms("""
    {a} @ {b} | np.dot({a}, {b}) | np.matmul({a}, {b}) | {a} @ {b}.T | {a}.T @ {b} | np.einsum('...i,...i', {a}, {b}) |
    np.inner({a}, {b}) | np.tensordot({a}, {b}, 1) | np.outer({a}, {b}) | np.einsum('i...,i...->...', {a}, {b}) |
    np.vdot({a}, {b}) | np.kron({a}, {b}) | np.add.outer({a}, {b}) | np.subtract.outer({a}, {b}) | np.cross({a}, {b}) |
    np.correlate({a}, {b}) | np.matvec({a}, {b}) | np.vecmat({b}, {a}) | np.einsum('ij,ij->', {a}, {b}) |
    np.einsum('ii', {a}) | np.linalg.multi_dot([{a}, {b}, {a}]) | np.cov({a}, {b}) |
    np.interp({a}, [-9.0, 9.0], [-1.0, 1.0]) * {b} | np.vecdot({a}, {b}) | np.convolve({a}, {b}) | {a}.dot({b}) |
    np.linalg.solve({a} @ {a}.T + 2 * np.eye({a}.shape[0]), {b}) | np.einsum('ij,kj->ik', {a}, {b}) |
    np.einsum('ij,jk->ki', {a}, {b}) | np.einsum('i,i->i', {a}, {b}) | np.einsum('ij,j', {a}, {b}) |
    np.einsum('ij->ji', {a}) | np.einsum('ii->i', {a} @ {a}.T) | np.einsum('ij,ij->i', {a}, {b}) |
    np.einsum('i,j', {a}, {b}) | np.einsum('...ij,...jk->...ik', {a}, {b}) |
    np.einsum('ij,jk,kl', {a}, {b}, {a}, optimize=True) | np.einsum({a}, [0, 1], {b}, [1, 2], [2, 0]) |
    np.einsum('ijk,ij', {a}, {b}) | np.einsum('i...->...', {a}) | np.tensordot({a}, {b}, ([0], [-1])) |
    np.tensordot({a}, {b}, 0) | np.linalg.vecdot({a}, {b}) |
    np.linalg.lstsq({a}, {b}, rcond=None)[0] * (np.shape({a})[0] == 1) |
    np.vander(np.ravel({a}), 3) @ np.ones(3) * np.sum({b}) | np.bincount([0, 1, 0][: len({a})], weights={a}) |
    np.polyval({a}, 0.3 * {b}) | np.polymul({a}, {b}) | np.linalg.cross({a}, {b}) |
    np.corrcoef(np.stack([{a} + [0.0, 5.0, 1.0, 2.0][: len({a})], {b}])) * 0.1
""")

JOINS = forms("""
    np.concatenate([{a}, {b}]) | np.concatenate(({b}, {a}), axis=-1) | np.stack([{a}, {b}]) | np.hstack([{a}, {b}]) |
    np.vstack([{a}, {b}]) | np.stack([{b}, {a}], axis=-1) | np.concatenate([{a}, {b}], axis=None) |
    np.column_stack([{a}, {b}]) | np.append({a}, {b}) | np.block([{a}, {b}]) | np.dstack([{a}, {b}]) |
    np.concatenate([{a}, np.ones_like({b}), {a}])
""")

COMPLEX = forms("""
    np.real(np.exp(1j * {a}) * {b}) | np.abs({a} + 2j) | np.imag((1 + 2j) * {a} ** 2) | np.angle({a} + 3j) |
    np.abs(np.exp(1j * {a}) + {b}) | ({a} * 1j * {b}).imag | np.real(np.conj({a} + 1j) * ({b} - 2j)) |
    np.real(1 / ({a} + 1.5j)) | np.real(np.fft.fft({a})) | np.fft.irfft(np.fft.rfft({a}) * 1j) |
    np.imag(np.fft.ifft({a}, 4)) | np.real(np.fft.fft2({a})) | np.fft.irfft({a} + 0.5j, norm='forward') |
    np.fft.hfft({a} * (1 + 1j)) | np.imag(np.fft.rfftn({a})) | np.fft.irfft2({a} * (1 - 1j)) | np.fft.fftshift({a}) |
    np.real(np.sqrt({a} + 2j)) | np.abs(np.fft.rfft({a}, norm='ortho') + 1j) ** 2 |
    np.real(np.log({a} * {a} + 1 + 1j) * 1j)
""")

# {m} is symmetric and positive definite
LINALG = forms("""
    np.linalg.det({m}) | np.linalg.inv({m}) | np.linalg.slogdet({m})[1] | np.linalg.cholesky({m}) |
    np.linalg.solve({m}, {a}) | np.linalg.eigvalsh({m}) | np.linalg.matrix_power({m}, 2) | np.linalg.eigh({m})[0] |
    np.linalg.norm({m}, 'nuc') | np.trace(np.linalg.inv({m})) | np.linalg.svd({m})[1] |
    np.linalg.multi_dot([{m}, {a}, {a}.T]) | np.linalg.pinv({m}) | np.linalg.qr({m})[1] | np.linalg.qr({m}, 'r') |
    np.linalg.qr({m}, mode='complete')[0] | np.linalg.lstsq({m}, {a}, rcond=None)[0] | np.linalg.eigh({m})[1] ** 2 |
    np.linalg.svd({m})[0] ** 2 | np.linalg.cond({m}) | np.linalg.matrix_norm({m}) | np.linalg.matrix_power({m}, -1) |
    np.linalg.tensorsolve({m}, {a}[:, 0]) | np.linalg.svdvals({m}) | np.linalg.norm({m}, 2) |
    np.linalg.slogdet({m}).logabsdet | np.linalg.cholesky({m}, upper=True) | np.linalg.eigvals({m}).sum().real |
    np.linalg.inv({m}[None])[0]
""")

# ---------------------------------------------------------------- axes and shapes

REDUCTIONS = forms("""
    np.multiply.reduce({a}{k}) | np.sum({a}{k}, where=np.sin(np.arange(np.size({a}))).reshape({a}.shape) > 0) |
    np.nanmean({a}{k}) | np.mean({a} ** 3{k}) | np.sum({a}{k}) | np.mean({a}{k}) | np.prod({a}{k}) | np.var({a}{k}) |
    {a}.sum({j}) | {a}.mean({j}) | {a}.prod({j}) | {a}.var({j}) | np.sum({a} * {a}{k}) | np.logaddexp.reduce({a}{k}) |
    np.add.reduce({a}{k}) | np.nansum({a}{k}) | np.sqrt(np.sum({a} ** 2{k}) + 0.1) | np.std({a}{k}) |
    np.linalg.norm({a}{k})
""")

EXTREMA = forms("""
    np.max({a}{k}) | np.min({a}{k}) | {a}.max({j}) | {a}.min({j}) | np.ptp({a}{k}) | np.median({a}{k}) |
    np.sort({a}, axis=None) | {a}.ravel()[np.argsort({a}, axis=None)] | {a}.ravel()[np.argmax({a})] |
    np.take_along_axis({a}, np.argsort({a}, axis=-1), -1) | np.partition({a}, 0) | np.percentile({a}, 40{k}) |
    np.nanmax({a}{k}) | np.unique({a}) | np.maximum.accumulate({a}) | np.minimum.reduce({a}{k}) |
    np.max({a}{k}, initial=-9.0) | np.extract({a} > np.median({a}) + 0.001, {a})
""")

ALONG = forms("""
    np.cumsum({a}, axis={axis}) | np.cumprod({a}, axis={axis}) | np.diff({a}, axis={axis}) | {a}.cumsum({axis}) |
    np.flip({a}, axis={axis}) | np.roll({a}, 1, axis={axis}) | np.repeat({a}, 2, axis={axis}) |
    np.concatenate([{a}, {a}], axis={axis}) | np.expand_dims({a}, {axis}) | np.stack([{a}, {a} * 2], axis={axis}) |
    np.take({a}, [0, -1, 0], axis={axis}) | np.array_split({a}, 2, axis={axis})[0] | np.delete({a}, 0, axis={axis}) |
    np.add.accumulate({a}, axis={axis}) | np.moveaxis({a}, {axis}, 0) | np.swapaxes({a}, {axis}, 0) |
    np.insert({a}, 0, 0.5, axis={axis}) | np.append({a}, {a}, axis={axis}) | np.split({a}, 1, axis={axis})[0] |
    np.average({a}, axis={axis}, weights=np.arange(1.0, 1 + {a}.shape[{axis}])) | np.gradient({a}, axis={axis}) |
    np.trapezoid({a}, axis={axis}) | np.squeeze({a}[:1], 0) | np.linalg.norm({a} + 7, axis={axis}) |
    np.multiply.accumulate({a}, axis={axis}) | np.add.reduceat({a}, [0, 0], axis={axis}) |
    np.diff({a}, n=2, axis={axis}) | np.diff({a}, axis={axis}, prepend=0.5) | np.cumulative_sum({a}, axis={axis}) |
    np.rollaxis({a}, {axis}) | np.compress([True], {a}, axis={axis}) | np.nancumsum({a}, axis={axis}) |
    np.quantile({a}, 0.3, axis={axis}) | np.sort({a}, axis={axis}) | np.unstack({a}, axis={axis})[-1] |
    np.quantile({a}, [0.2, 0.7], axis={axis}) | np.take_along_axis({a}, np.argsort({a}, axis={axis}), axis={axis}) |
    np.percentile({a}, 35, axis={axis}, keepdims=True) | np.median({a}, axis={axis}) |
    np.partition({a}, 0, axis={axis}) | np.nanquantile({a}, 0.6, axis={axis}) |
    np.maximum.accumulate({a}, axis={axis}) | np.logaddexp.accumulate({a}, axis={axis}) |
    np.cumulative_prod({a}, axis={axis}, include_initial=True) | np.real(np.fft.fft({a}, axis={axis})) |
    np.fft.irfft(np.fft.rfft({a}, axis={axis}), n=3, axis={axis}) | np.imag(np.fft.ifft({a}, 3, {axis})) |
    np.apply_along_axis(np.cumsum, {axis}, {a}) | np.apply_along_axis(lambda row: row * row[0], {axis}, {a}) |
    np.apply_over_axes(np.sum, {a}, {axis}) | np.vecdot({a}, {a}, axis={axis}) |
    np.linalg.vector_norm({a} + 7, axis={axis}) | np.sum({a}, axis={axis}, initial=0.3) |
    np.max({a}, axis={axis}, initial=-9.0, where={a} != 0) | np.roll({a}, (1, -1), axis=({axis}, 0)) |
    np.tensordot({a}, {a}, axes=({axis}, {axis})) | np.split({a}, [1], axis={axis})[-1] |
    np.linspace({a}, {a} * 2, 3, axis={axis}) | np.nancumprod({a}, axis={axis}) |
    np.average({a}, axis={axis}, weights={a} ** 2 + 0.5) | np.gradient({a}, 0.5, axis={axis}, edge_order=2) |
    np.argsort({a}, axis={axis}) * {a} | np.fft.fftshift({a}, axes={axis}) | np.insert({a}, [0, 1], 0.3, axis={axis}) |
    np.logaddexp.reduceat({a}, [0, 0], axis={axis}) | np.trapezoid({a}, dx=0.5, axis={axis}) |
    np.cumsum({a}[::-1], axis={axis})[::-1] |
    np.var({a}, axis={axis}, ddof=0, keepdims=True, mean=np.mean({a}, axis={axis}, keepdims=True))
""")

SHAPES = forms("""
    {a}.T | {a}.ravel() | {a}.flatten() | {a}.reshape(-1) | {a}.reshape({a}.shape[::-1]) |
    {a}.reshape({a}.shape + (1,)) | np.reshape({a}, (1, -1)) | np.transpose({a}) |
    np.broadcast_to({a}, (2, *{a}.shape)) | np.tile({a}, 2) | np.atleast_2d({a}) | np.diag({a}) | np.diagonal({a}) |
    np.tril({a}) | np.rot90({a}) | np.pad({a}, 1) | np.flip({a}) | np.fliplr({a}) | np.outer({a}, {a}) | np.trace({a}) |
    np.ravel({a}, order='F') | {a}.copy() | np.resize({a}, (2, 3)) | {a}.astype(float) | np.zeros_like({a}) |
    np.ones_like({a}) | np.zeros_like({a}) + {a} | np.matrix_transpose({a}) | {a}.reshape(-1, 2) |
    np.meshgrid({a}, {a})[0] | {a}.swapaxes(0, -1) | {a}.squeeze() | np.full_like({a}, 0.4) | np.triu({a}, 1) |
    {a}.view() | np.reshape({a}, -1, order='F') | {a}.real | np.array_split({a}, 2)[1] |
    np.pad({a}, 1, mode='reflect') | np.pad({a}, 1, mode='wrap') | np.pad({a}, 1, 'edge') |
    np.pad({a}, (1, 0), 'symmetric') | np.pad({a}, 1, 'linear_ramp', end_values=0.5) | np.pad({a}, (0, 2), 'mean') |
    np.pad({a}, 1, constant_values=0.7) | np.pad({a}, 1, 'reflect', reflect_type='odd') | np.ravel({a}, 'K') |
    {a}.reshape(-1, order='A') | {a}.flatten('f') | np.ediff1d({a}) |
    np.lib.stride_tricks.sliding_window_view({a}, 2, axis=0) | np.vectorize(lambda e: e * e)({a}) |
    {a}.astype(complex).real | np.stack(list({a})) | np.concatenate([np.ravel(e) for e in {a}]) | np.diagflat({a}) |
    np.histogram({a}, bins=[-9.0, 0.0, 9.0], weights={a})[0] | np.trim_zeros({a}) | np.select([{a} == {a}], [{a}]) |
    np.fromfunction(lambda i: i * 1.0, (2,)) * np.sum({a}) | np.triu({a}) @ np.ones({a}.shape[-1]) | {a}.take([0, -1]) |
    {a}.repeat(2) | {a}.compress([True]) | {a}.trace() | {a}.dot(np.ones({a}.shape[-1])) | np.einsum('...i->...', {a})
""")

# ---------------------------------------------------------------- indices

BASIC = [":", "1:", ":-1", "::2", "::-1", "0", "-1", "...", "None", "1", "-1::-2", ":1"]

ADVANCED = ["[0, -1]", "[-1, 0, 0]", "np.array([0, 0])", "[[0], [-1]]", "np.array([-1])"]

# ---------------------------------------------------------------- writes

UPDATES = forms("""
    {v} += {e} | {v} -= {e} | {v} *= {e} | {v} /= 2.5 + np.sin({e}) | {v}[...] = {e} | np.copyto({v}, {e})
""")

OUT = forms("""
    np.add({v}, {e}, out={v}) | np.multiply({e}, {v}, {v}) | np.sin({v}, out={v}) | np.negative({v}, out={v}) |
    {v} **= 2 | {v}.fill(0.5) | np.cumsum({v}, axis=0, out={v}) | {v}[...] = {v}[::-1] | {v}.sort() |
    {v}.T[...] *= 0.5 | {v}.reshape(-1)[0] = 0.3 | {v}.ravel()[-1] += 1.0 | {v}.flat[0] = 0.2 | {v}.flat = 0.6 |
    np.put({v}, [0], 0.9) | {v} += {v}.T | {v}[0] = {v}[-1] | {v}[1:] = {v}[:-1] | {v}[::2] -= {v}[0] |
    np.fill_diagonal({v}, 0.25) | np.add.at({v}, [0, 0, -1], 0.5) | np.multiply.at({v}, [0], 2.0) |
    np.putmask({v}, {v} > 50, 0.0) | {v}[0], {v}[-1] = {v}[-1], {v}[0] | {v}.put([0, -1], [0.1, 0.2]) |
    np.maximum({v}, -50.0, out={v}) | {v}.partition(0) | {v}.clip(-50, 50, out={v})
""")

VIEWS = forms("""
    {v}[1:] | {v}.T | {v}.reshape(-1) | {v}[..., 0] | {v}[::-1] | {v}[None] | np.ravel({v}) | {v}[0] | {v}[:] |
    np.swapaxes({v}, 0, -1) | np.split({v}, 1)[0] | {v}[:, ::2] | {v}.view() | np.transpose({v})[0] | {v}.diagonal() |
    np.squeeze({v}) | np.atleast_2d({v}) | {v}[1:][:1] | np.flip({v}) | {v}.reshape(-1)[::2] | np.rot90({v}) |
    np.moveaxis({v}, -1, 0) | np.expand_dims({v}, 0) | np.hsplit({v}, 1)[0] | {v}.swapaxes(0, -1)[0] |
    np.unstack({v})[0] | np.broadcast_to({v}, {v}.shape) | np.real({v})
""")

# ---------------------------------------------------------------- numbers

SCALAR_CHAINS = forms("""
    {s} * {t} + 0.3 | {s} / (1.5 + {t} * {t}) | 2 - {s} * 3 | {s} ** 2 - {t} ** 3 | 1 / (2 + {s} * {s}) - {t} |
    -{s} + {t} / 4 | ({s} * {s} + 1) ** 0.5 | ({s} + {t}) * ({s} - {t}) | np.exp(-{s} * {s}) * {t} |
    np.sin({s}) * np.float64(1.5) | abs({s} + 9.0) | +{s} - -{t} | 2.0 ** {s} | max({s}, {t} - 20) |
    sum([{s}, {t}, {s}]) | {s} * np.array([1.0, 2.0]) | np.array([0.5, 2.0]) - {s} | {s} if {s} > {t} - 20 else {t} |
    np.maximum({s}, -20) + {t} | {s} % 7.0 | np.hypot({s}, 1.0) * {t} | round(1.4) * {s} |
    np.stack([{s}, {t}]) @ np.array([1.0, -2.0]) | ({s} * 1j).imag | np.mean({s})
""")
