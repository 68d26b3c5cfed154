/* Arithmetic on small float arrays, without a ufunc's overhead (0.1 us instead of 0.3 us for ten numbers), and
   what the sweep would need several passes for.

   Sums, differences, products and quotients are rounded as IEEE 754 says, so NumPy's values come out bit for
   bit. Whatever is not a small plain array of float64 or float32, and whatever raises a floating-point flag
   (NumPy's errstate decides what happens then), is left to NumPy. arithmetic.py has the same functions in
   Python. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#define NPY_NO_DEPRECATED_API NPY_2_0_API_VERSION
#include <fenv.h>
#include <float.h>
#include <math.h>
#include <numpy/arrayobject.h>
#include <numpy/arrayscalars.h>
#include <string.h>

#define MOST 1024   /* elements: beyond, NumPy's vector code wins back its overhead */
#define MOST_SUMMED 4096
#define MAX_DIMS 6  /* axes */
#define BLOCK 256   /* elements that a program works on at a time */
#define DEPTH 6     /* of a program's stack */

/* Compiled for wider vectors, too, and chosen at run time where the linker can. */
#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && defined(__GLIBC__)
#define WIDE __attribute__((target_clones("avx2", "default")))
#else
#define WIDE
#endif

/* For loops after which nobody asks for flags: comparisons may then be made ahead, in vectors (4 times as fast). */
#if defined(__GNUC__) && !defined(__clang__)
#define UNFLAGGED __attribute__((optimize("no-trapping-math")))
#else
#define UNFLAGGED
#endif

enum { ADD, SUBTRACT, MULTIPLY, DIVIDE };

static PyArray_Descr *float64, *float32; /* NumPy's own, found by identity */

/* ---------------------------------------------------------------- loops; steps are in elements */

#define BODY(OP)                                                          \
    if (sa == 1 && sb == 1)                                               \
        for (npy_intp i = 0; i < n; i++) out[i] = a[i] OP b[i];           \
    else if (sa == 1 && sb == 0)                                          \
        for (npy_intp i = 0; i < n; i++) out[i] = a[i] OP b[0];           \
    else if (sa == 0 && sb == 1)                                          \
        for (npy_intp i = 0; i < n; i++) out[i] = a[0] OP b[i];           \
    else                                                                  \
        for (npy_intp i = 0; i < n; i++) out[i] = a[i * sa] OP b[i * sb];

#define LOOP(NAME, T)                                                                                        \
    static void NAME(int op, npy_intp n, const T *a, npy_intp sa, const T *b, npy_intp sb, T *restrict out)  \
    {                                                                                                        \
        switch (op) {                                                                                        \
        case ADD: BODY(+) break;                                                                             \
        case SUBTRACT: BODY(-) break;                                                                        \
        case MULTIPLY: BODY(*) break;                                                                        \
        default: BODY(/) break;                                                                              \
        }                                                                                                    \
    }

LOOP(loop_double, double)
LOOP(loop_float, float)

/* ---------------------------------------------------------------- operands */

typedef struct {
    const char *data;
    int ndim;
    npy_intp shape[MAX_DIMS], steps[MAX_DIMS]; /* steps in elements */
    double as_double;                          /* where it is a number */
    float as_float;
} Operand;

/* float64 or float32 if x is a plain array of that dtype that the loops can read; NULL if not. */
static PyArray_Descr *readable(PyObject *x)
{
    if (!PyArray_CheckExact(x)) return NULL;
    PyArrayObject *a = (PyArrayObject *)x;
    PyArray_Descr *dtype = PyArray_DESCR(a);
    if ((dtype != float64 && dtype != float32) || !PyArray_ISALIGNED(a)) return NULL;
    return dtype;
}

/* Whether x is a number that NumPy would take in the precision of `dtype`. */
static int read_number(PyObject *x, PyArray_Descr *dtype, Operand *into)
{
    double v;
    if (PyFloat_CheckExact(x) || (dtype == float64 && PyArray_IsScalar(x, Double)))
        v = PyFloat_AS_DOUBLE(x); /* numpy.float64 is a float */
    else if (PyLong_CheckExact(x)) {
        int overflow;
        long long whole = PyLong_AsLongLongAndOverflow(x, &overflow);
        if (overflow || whole > (1 << 24) || whole < -(1 << 24)) return 0;
        v = (double)whole;
    }
    else if (dtype == float32 && PyArray_IsScalar(x, Float))
        v = PyArrayScalar_VAL(x, Float);
    else
        return 0;
    if (dtype == float32 && !(fabs(v) <= FLT_MAX && (v == 0 || fabs(v) >= FLT_MIN))) return 0;
    into->as_double = v;
    into->as_float = (float)v;
    into->data = dtype == float64 ? (const char *)&into->as_double : (const char *)&into->as_float;
    into->ndim = 0;
    return 1;
}

/* The layout of x; 0 where the result of an operation with it might not be laid out in C order. */
static int read_array(PyArrayObject *x, PyArray_Descr *dtype, Operand *into)
{
    int ndim = PyArray_NDIM(x);
    if (ndim > MAX_DIMS || (ndim > 1 && !PyArray_IS_C_CONTIGUOUS(x))) return 0;
    into->data = PyArray_BYTES(x);
    into->ndim = ndim;
    npy_intp size = PyDataType_ELSIZE(dtype);
    for (int k = 0; k < ndim; k++) {
        npy_intp stride = PyArray_STRIDE(x, k);
        if (stride < 0 || stride % size) return 0;
        into->shape[k] = PyArray_DIM(x, k);
        into->steps[k] = stride / size;
    }
    return 1;
}

/* Steps of an operand along the axes of a broadcast shape; 0 if it does not fit. */
static int align(const Operand *x, int ndim, const npy_intp *shape, npy_intp *steps)
{
    int extra = ndim - x->ndim;
    for (int k = 0; k < extra; k++) steps[k] = 0;
    for (int k = 0; k < x->ndim; k++) {
        if (x->shape[k] == shape[extra + k]) steps[extra + k] = x->shape[k] == 1 ? 0 : x->steps[k];
        else if (x->shape[k] == 1) steps[extra + k] = 0;
        else return 0;
    }
    return 1;
}

static void run(int op, PyArray_Descr *dtype, npy_intp n, const char *a, npy_intp sa, const char *b, npy_intp sb,
                char *out)
{
    if (dtype == float64)
        loop_double(op, n, (const double *)a, sa, (const double *)b, sb, (double *)out);
    else
        loop_float(op, n, (const float *)a, sa, (const float *)b, sb, (float *)out);
}

/* All elements: the last axis by the loop, the others counted like an odometer. */
static void run_strided(int op, PyArray_Descr *dtype, int ndim, const npy_intp *shape, const char *a,
                        const npy_intp *sa, const char *b, const npy_intp *sb, char *out)
{
    npy_intp size = PyDataType_ELSIZE(dtype), index[MAX_DIMS] = {0}, n = shape[ndim - 1];
    for (;;) {
        run(op, dtype, n, a, sa[ndim - 1], b, sb[ndim - 1], out);
        out += n * size;
        int k = ndim - 2;
        for (; k >= 0; k--) {
            a += sa[k] * size;
            b += sb[k] * size;
            if (++index[k] < shape[k]) break;
            a -= sa[k] * size * shape[k];
            b -= sb[k] * size * shape[k];
            index[k] = 0;
        }
        if (k < 0) return;
    }
}

static PyObject *new_array(PyArray_Descr *dtype, int ndim, const npy_intp *shape)
{
    Py_INCREF(dtype);
    return PyArray_NewFromDescr(&PyArray_Type, dtype, ndim, shape, NULL, NULL, 0, NULL);
}

/* ---------------------------------------------------------------- a op b */

/* The result, or NULL without an exception where it is NumPy's. */
static PyObject *small_binary(int op, PyObject *x, PyObject *y)
{
    Operand a, b;
    npy_intp shape[MAX_DIMS], sa[MAX_DIMS], sb[MAX_DIMS], size = 1;
    PyArray_Descr *dtype = readable(x), *other = readable(y);
    if (dtype && other) {
        if (dtype != other) return NULL;
        if (!read_array((PyArrayObject *)x, dtype, &a) || !read_array((PyArrayObject *)y, dtype, &b)) return NULL;
    }
    else if (dtype) {
        if (!read_array((PyArrayObject *)x, dtype, &a) || !read_number(y, dtype, &b)) return NULL;
    }
    else if (other) {
        dtype = other;
        if (!read_array((PyArrayObject *)y, dtype, &b) || !read_number(x, dtype, &a)) return NULL;
    }
    else
        return NULL;

    int ndim = a.ndim > b.ndim ? a.ndim : b.ndim;
    if (ndim == 0) return NULL; /* NumPy gives a scalar */
    for (int k = 0; k < ndim; k++) {
        int i = k - (ndim - a.ndim), j = k - (ndim - b.ndim);
        npy_intp n = i < 0 ? 1 : a.shape[i], m = j < 0 ? 1 : b.shape[j];
        shape[k] = n == 1 ? m : n;
        size *= shape[k];
    }
    if (size == 0 || size > MOST) return NULL;
    if (!align(&a, ndim, shape, sa) || !align(&b, ndim, shape, sb)) return NULL;

    PyObject *result = new_array(dtype, ndim, shape);
    if (!result) return NULL;
    char *out = PyArray_BYTES((PyArrayObject *)result);
    if (fetestexcept(FE_DIVBYZERO | FE_INVALID | FE_OVERFLOW | FE_UNDERFLOW)) feclearexcept(FE_ALL_EXCEPT);
    int flat_a = a.ndim == 0 || (a.ndim == ndim && PyArray_IS_C_CONTIGUOUS((PyArrayObject *)x) && sa[ndim - 1]);
    int flat_b = b.ndim == 0 || (b.ndim == ndim && PyArray_IS_C_CONTIGUOUS((PyArrayObject *)y) && sb[ndim - 1]);
    for (int k = 0; k < ndim; k++) {
        flat_a = flat_a && (a.ndim == 0 || a.shape[k] == shape[k]);
        flat_b = flat_b && (b.ndim == 0 || b.shape[k] == shape[k]);
    }
    if (flat_a && flat_b)
        run(op, dtype, size, a.data, a.ndim != 0, b.data, b.ndim != 0, out);
    else
        run_strided(op, dtype, ndim, shape, a.data, sa, b.data, sb, out);
    if (fetestexcept(FE_DIVBYZERO | FE_INVALID | FE_OVERFLOW | FE_UNDERFLOW)) {
        feclearexcept(FE_ALL_EXCEPT);
        Py_DECREF(result);
        return NULL;
    }
    return result;
}

#define BINARY(NAME, OP, SYMBOL, FALLBACK)                                                            \
    static PyObject *NAME(PyObject *self, PyObject *const *args, Py_ssize_t count)            \
    {                                                                                         \
        if (count != 2) {                                                                     \
            PyErr_SetString(PyExc_TypeError, #NAME " takes two arguments");                   \
            return NULL;                                                                      \
        }                                                                                     \
        if (OP != DIVIDE && PyFloat_CheckExact(args[0]) && PyFloat_CheckExact(args[1]))       \
            return PyFloat_FromDouble(PyFloat_AS_DOUBLE(args[0]) SYMBOL PyFloat_AS_DOUBLE(args[1])); \
        PyObject *result = small_binary(OP, args[0], args[1]);                                \
        if (result || PyErr_Occurred()) return result;                                        \
        return FALLBACK(args[0], args[1]);                                                    \
    }

BINARY(add, ADD, +, PyNumber_Add)
BINARY(subtract, SUBTRACT, -, PyNumber_Subtract)
BINARY(multiply, MULTIPLY, *, PyNumber_Multiply)
BINARY(divide, DIVIDE, /, PyNumber_TrueDivide)

static PyObject *negative(PyObject *self, PyObject *x)
{
    static PyObject *minus_one = NULL;
    if (!minus_one && !(minus_one = PyFloat_FromDouble(-1))) return NULL;
    PyObject *result = small_binary(MULTIPLY, x, minus_one);
    return result || PyErr_Occurred() ? result : PyNumber_Negative(x);
}

/* ---------------------------------------------------------------- gradients: no flags, errstate ignores them */

/* old + new, written into `old`, which nobody else may refer to. */
static PyObject *add_into(PyObject *self, PyObject *const *args, Py_ssize_t count)
{
    if (count != 2) {
        PyErr_SetString(PyExc_TypeError, "add_into takes two arguments");
        return NULL;
    }
    PyArray_Descr *dtype = readable(args[0]);
    PyArrayObject *old = (PyArrayObject *)args[0], *new = (PyArrayObject *)args[1];
    if (!dtype || readable(args[1]) != dtype || !PyArray_SAMESHAPE(old, new) || !PyArray_IS_C_CONTIGUOUS(old) ||
        !PyArray_IS_C_CONTIGUOUS(new) || !PyArray_ISWRITEABLE(old) || PyArray_SIZE(old) > MOST ||
        PyArray_NDIM(old) == 0)
        return PyNumber_Add(args[0], args[1]);
    npy_intp n = PyArray_SIZE(old);
    if (dtype == float64) {
        double *a = PyArray_DATA(old), *b = PyArray_DATA(new);
        for (npy_intp i = 0; i < n; i++) a[i] += b[i];
    }
    else {
        float *a = PyArray_DATA(old), *b = PyArray_DATA(new);
        for (npy_intp i = 0; i < n; i++) a[i] += b[i];
    }
    Py_INCREF(old);
    return (PyObject *)old;
}

/* The shape in a tuple of ints; -1 if there are too many axes or elements. */
static int read_shape(PyObject *tuple, npy_intp *shape)
{
    Py_ssize_t ndim = PyTuple_CheckExact(tuple) ? PyTuple_GET_SIZE(tuple) : -1;
    npy_intp size = 1;
    if (ndim < 1 || ndim > MAX_DIMS) return -1;
    for (Py_ssize_t k = 0; k < ndim; k++) {
        shape[k] = PyLong_AsSsize_t(PyTuple_GET_ITEM(tuple, k));
        if (shape[k] <= 0 || (size *= shape[k]) > MOST_SUMMED) {
            PyErr_Clear();
            return -1;
        }
    }
    return (int)ndim;
}

#define ACCUMULATE(T)                                               \
    {                                                               \
        const T *x = (const T *)in;                                 \
        T *y = (T *)out;                                            \
        if (step)                                                   \
            for (npy_intp i = 0; i < n; i++) y[i] += x[i];          \
        else {                                                      \
            T total = 0;                                            \
            for (npy_intp i = 0; i < n; i++) total += x[i];         \
            *y += total;                                            \
        }                                                           \
    }

/* x summed over the axes along which `shape` was broadcast; NULL without an exception if that is NumPy's. */
static PyObject *summed_to(PyArrayObject *x, PyArray_Descr *dtype, const Operand *shape)
{
    npy_intp steps[MAX_DIMS], index[MAX_DIMS] = {0};
    Operand to = *shape;
    int ndim = PyArray_NDIM(x);
    if (ndim < to.ndim || ndim > MAX_DIMS || ndim == 0 || PyArray_SIZE(x) == 0 || PyArray_SIZE(x) > MOST_SUMMED ||
        !PyArray_IS_C_CONTIGUOUS(x))
        return NULL;
    npy_intp step = 1;
    for (int k = to.ndim - 1; k >= 0; k--) {
        to.steps[k] = step;
        step *= to.shape[k];
    }
    const npy_intp *dims = PyArray_DIMS(x);
    if (!align(&to, ndim, dims, steps)) return NULL;
    PyObject *result = new_array(dtype, to.ndim, to.shape);
    if (!result) return NULL;
    npy_intp item = PyDataType_ELSIZE(dtype), n = dims[ndim - 1];
    char *in = PyArray_BYTES(x), *out = PyArray_BYTES((PyArrayObject *)result);
    memset(out, 0, item * step);
    step = steps[ndim - 1];
    for (;;) {
        if (dtype == float64) ACCUMULATE(double) else ACCUMULATE(float)
        in += n * item;
        int k = ndim - 2;
        for (; k >= 0; k--) {
            out += steps[k] * item;
            if (++index[k] < dims[k]) break;
            out -= steps[k] * item * dims[k];
            index[k] = 0;
        }
        if (k < 0) return result;
    }
}

/* x broadcast to `shape`; NULL without an exception if that is NumPy's. */
static PyObject *spread_to(const Operand *x, PyArray_Descr *dtype, const Operand *shape)
{
    npy_intp steps[MAX_DIMS], none[MAX_DIMS] = {0};
    double one = 1;
    float one_float = 1;
    if (shape->ndim < x->ndim || !align(x, shape->ndim, shape->shape, steps)) return NULL;
    PyObject *result = new_array(dtype, shape->ndim, shape->shape);
    if (!result) return NULL;
    const char *unit = dtype == float64 ? (const char *)&one : (const char *)&one_float;
    run_strided(MULTIPLY, dtype, shape->ndim, shape->shape, x->data, steps, unit, none,
                PyArray_BYTES((PyArrayObject *)result));
    return result;
}

/* fitted(dy, shape, dtype): dy itself if it has them, else summed or broadcast to them; None if that is NumPy's. */
static PyObject *fitted(PyObject *self, PyObject *const *args, Py_ssize_t count)
{
    Operand number, shape;
    if (count != 3) {
        PyErr_SetString(PyExc_TypeError, "fitted takes an array or number, a shape and a dtype");
        return NULL;
    }
    PyArray_Descr *wanted = (PyArray_Descr *)args[2];
    if (wanted != float64 && wanted != float32) Py_RETURN_NONE;
    PyObject *result = NULL;
    if (readable(args[0]) == wanted) {
        PyArrayObject *x = (PyArrayObject *)args[0];
        Py_ssize_t ndim = PyTuple_CheckExact(args[1]) ? PyTuple_GET_SIZE(args[1]) : -1;
        int same = PyArray_NDIM(x) == ndim;
        for (Py_ssize_t k = 0; same && k < ndim; k++)
            same = PyArray_DIM(x, k) == PyLong_AsSsize_t(PyTuple_GET_ITEM(args[1], k));
        if (same) {
            Py_INCREF(x);
            return (PyObject *)x;
        }
        if ((shape.ndim = read_shape(args[1], shape.shape)) < 0) Py_RETURN_NONE;
        result = summed_to(x, wanted, &shape);
        if (!result && !PyErr_Occurred() && read_array(x, wanted, &number)) result = spread_to(&number, wanted, &shape);
    }
    else if (read_number(args[0], wanted, &number) && (shape.ndim = read_shape(args[1], shape.shape)) > 0)
        result = spread_to(&number, wanted, &shape);
    if (result || PyErr_Occurred()) return result;
    Py_RETURN_NONE;
}

/* x as an operand that goes with `like` element by element: a contiguous array of its shape or a number; 0 if not. */
static int operand_like(PyObject *x, PyArrayObject *like, PyArray_Descr *dtype, Operand *into)
{
    if (readable(x) == dtype) {
        PyArrayObject *a = (PyArrayObject *)x;
        if (!PyArray_SAMESHAPE(a, like) || !PyArray_IS_C_CONTIGUOUS(a)) return 0;
        into->data = PyArray_BYTES(a);
        into->ndim = 1;
        return 1;
    }
    return read_number(x, dtype, into);
}

/* x as a flat operand: a contiguous array that is not empty or NumPy's number, of this dtype; 0 if it is neither. */
static int contiguous(PyObject *x, PyArray_Descr *dtype, Operand *into)
{
    into->ndim = 1;
    into->shape[0] = 1;
    if (readable(x) == dtype && PyArray_IS_C_CONTIGUOUS((PyArrayObject *)x)) {
        into->data = PyArray_BYTES((PyArrayObject *)x);
        into->shape[0] = PyArray_SIZE((PyArrayObject *)x);
        return into->shape[0] > 0;
    }
    if (dtype == float64 && PyArray_IsScalar(x, Double)) {
        into->as_double = PyArrayScalar_VAL(x, Double);
        into->data = (const char *)&into->as_double;
        return 1;
    }
    if (dtype == float32 && PyArray_IsScalar(x, Float)) {
        into->as_float = PyArrayScalar_VAL(x, Float);
        into->data = (const char *)&into->as_float;
        return 1;
    }
    return 0;
}

/* ---------------------------------------------------------------- arrays of any size, in one pass */

/* Zero times each entry, summed in lanes that the compiler can keep in vectors: NaN only if an entry is not finite. */
#define LANES 32
#define ANY_NAN(NAME, T)                                                            \
    WIDE static int NAME(const T *v, npy_intp n)                                    \
    {                                                                               \
        T lanes[LANES] = {0}, total = 0;                                            \
        npy_intp i = 0;                                                             \
        for (; i + LANES <= n; i += LANES)                                          \
            for (int j = 0; j < LANES; j++) lanes[j] += 0 * v[i + j];               \
        for (; i < n; i++) total += 0 * v[i];                                       \
        for (int j = 0; j < LANES; j++) total += lanes[j];                          \
        int found = 0;                                                              \
        if (total != total)                                                         \
            for (i = 0; i < n; i++) found |= v[i] != v[i];                          \
        return found;                                                               \
    }

ANY_NAN(any_nan_double, double)
ANY_NAN(any_nan_float, float)

/* has_nan(x): whether an entry is NaN, or None if NumPy has to look. */
static PyObject *has_nan(PyObject *self, PyObject *x)
{
    if (PyFloat_Check(x)) return PyBool_FromLong(isnan(PyFloat_AS_DOUBLE(x)));
    PyArray_Descr *dtype = readable(x);
    PyArrayObject *a = (PyArrayObject *)x;
    if (!dtype || !PyArray_ISONESEGMENT(a)) Py_RETURN_NONE;
    npy_intp n = PyArray_SIZE(a);
    return PyBool_FromLong(dtype == float64 ? any_nan_double(PyArray_DATA(a), n) : any_nan_float(PyArray_DATA(a), n));
}

/* What of dy goes to x in maximum(x, other) (sign 1) or minimum (sign -1): half where they tie, and a NaN wins. */
#define CHOSEN(NAME, T)                                                                                       \
    WIDE UNFLAGGED static void NAME(npy_intp n, const T *dy, const T *x, npy_intp sx, const T *other,         \
                                    npy_intp so, T sign, T *restrict out)                                     \
    {                                                                                                         \
        if (sx == 1 && so == 0)                                                                               \
            for (npy_intp i = 0; i < n; i++) out[i] = SHARE(T, dy[i], sign * x[i], sign * other[0]);          \
        else if (sx == 1 && so == 1)                                                                          \
            for (npy_intp i = 0; i < n; i++) out[i] = SHARE(T, dy[i], sign * x[i], sign * other[i]);          \
        else                                                                                                  \
            for (npy_intp i = 0; i < n; i++) out[i] = SHARE(T, dy[i], sign * x[i * sx], sign * other[i * so]); \
    }
#define SHARE(T, d, a, b) ((a) == (b) ? (d) / 2 : ((a) < (b)) | (((b) != (b)) & ((a) == (a))) ? (T)0 : (d))

CHOSEN(chosen_double, double)
CHOSEN(chosen_float, float)

/* chosen(dy, x, other, sign): the pullback of maximum (sign 1) or minimum (-1) by x; None if that is NumPy's. */
static PyObject *chosen(PyObject *self, PyObject *const *args, Py_ssize_t count)
{
    if (count != 4 || !PyLong_Check(args[3])) {
        PyErr_SetString(PyExc_TypeError, "chosen takes a gradient, two operands and a sign");
        return NULL;
    }
    long sign = PyLong_AsLong(args[3]);
    PyArray_Descr *dtype = readable(args[0]);
    PyArrayObject *dy = (PyArrayObject *)args[0];
    Operand x, other;
    if (!dtype || !PyArray_IS_C_CONTIGUOUS(dy) || PyArray_NDIM(dy) == 0 || PyArray_NDIM(dy) > NPY_MAXDIMS ||
        !operand_like(args[1], dy, dtype, &x) || !operand_like(args[2], dy, dtype, &other))
        Py_RETURN_NONE;
    PyObject *result = new_array(dtype, PyArray_NDIM(dy), PyArray_DIMS(dy));
    if (!result) return NULL;
    npy_intp n = PyArray_SIZE(dy);
    void *out = PyArray_DATA((PyArrayObject *)result);
    if (dtype == float64)
        chosen_double(n, PyArray_DATA(dy), (const double *)x.data, x.ndim, (const double *)other.data, other.ndim,
                      (double)sign, out);
    else
        chosen_float(n, PyArray_DATA(dy), (const float *)x.data, x.ndim, (const float *)other.data, other.ndim,
                     (float)sign, out);
    return result;
}

/* What of dy goes to the rows of a, whose maxima or minima are y: all that tie for one share it, as do all NaNs. */
#define EXTREMAL(NAME, T)                                                                              \
    WIDE UNFLAGGED static void NAME(npy_intp rows, npy_intp n, const T *dy, const T *y, const T *a, T *restrict out) \
    {                                                                                                  \
        for (npy_intp row = 0; row < rows; row++, a += n, out += n) {                                  \
            T best = y[row];                                                                           \
            npy_intp ties = 0;                                                                         \
            for (npy_intp i = 0; i < n; i++) ties += (a[i] == best) | (a[i] != a[i]);                  \
            T share = ties > 1 ? dy[row] / (T)ties : dy[row];                                          \
            for (npy_intp i = 0; i < n; i++) out[i] = (a[i] == best) | (a[i] != a[i]) ? share : (T)0;  \
        }                                                                                              \
    }

EXTREMAL(extremal_double, double)
EXTREMAL(extremal_float, float)

/* extremal(dy, y, a): the pullback of max or min over the last axes of a (all that y lacks); None if that is NumPy's. */
static PyObject *extremal(PyObject *self, PyObject *const *args, Py_ssize_t count)
{
    if (count != 3) {
        PyErr_SetString(PyExc_TypeError, "extremal takes a gradient, a result and an argument");
        return NULL;
    }
    PyArray_Descr *dtype = readable(args[2]);
    PyArrayObject *a = (PyArrayObject *)args[2];
    Operand dy, y;
    if (!dtype || !PyArray_IS_C_CONTIGUOUS(a) || PyArray_SIZE(a) == 0 || !contiguous(args[0], dtype, &dy) ||
        !contiguous(args[1], dtype, &y) || dy.shape[0] != y.shape[0] || PyArray_SIZE(a) % y.shape[0])
        Py_RETURN_NONE;
    PyObject *result = new_array(dtype, PyArray_NDIM(a), PyArray_DIMS(a));
    if (!result) return NULL;
    npy_intp rows = y.shape[0], n = PyArray_SIZE(a) / rows;
    void *out = PyArray_DATA((PyArrayObject *)result);
    if (dtype == float64)
        extremal_double(rows, n, (const double *)dy.data, (const double *)y.data, PyArray_DATA(a), out);
    else
        extremal_float(rows, n, (const float *)dy.data, (const float *)y.data, PyArray_DATA(a), out);
    return result;
}

#define RUN_PROGRAM(NAME, T)                                                                                    \
    static int NAME(const char *code, Py_ssize_t length, const T *constants, const Operand *operands, npy_intp n, \
                    const T *dy, T *out)                                                                        \
    {                                                                                                           \
        T memory[DEPTH][BLOCK];                                                                                 \
        for (npy_intp start = 0; start < n; start += BLOCK) {                                                   \
            npy_intp m = n - start < BLOCK ? n - start : BLOCK;                                                 \
            const T *stack[DEPTH];                                                                              \
            npy_intp steps[DEPTH];                                                                              \
            int top = -1;                                                                                       \
            for (Py_ssize_t k = 0; k < length; k += 2) {                                                        \
                int what = code[k], which = code[k + 1];                                                        \
                if (what == 'x') {                                                                              \
                    const Operand *x = operands + which;                                                        \
                    stack[++top] = (const T *)x->data + (x->ndim ? start : 0);                                  \
                    steps[top] = x->ndim != 0;                                                                  \
                }                                                                                               \
                else if (what == 'c') {                                                                         \
                    stack[++top] = constants + which;                                                           \
                    steps[top] = 0;                                                                             \
                }                                                                                               \
                else {                                                                                          \
                    top--;                                                                                      \
                    int wide = steps[top] || steps[top + 1];                                                    \
                    T first = stack[top][0], second = stack[top + 1][0]; /* numbers: out may hold them */       \
                    NAME##_loop(which, wide ? m : 1, steps[top] ? stack[top] : &first, steps[top],              \
                                steps[top + 1] ? stack[top + 1] : &second, steps[top + 1], memory[top]);        \
                    steps[top] = wide;                                                                          \
                    stack[top] = memory[top];                                                                   \
                }                                                                                               \
            }                                                                                                   \
            NAME##_loop(MULTIPLY, m, dy + start, 1, stack[0], steps[0], out + start);                           \
        }                                                                                                       \
        return 1;                                                                                               \
    }

#define program_double_loop loop_aliased_double
#define program_float_loop loop_aliased_float

/* As above, but `out` may be one of the operands (element by element). */
#define ALIASED(NAME, T)                                                                            \
    static void NAME(int op, npy_intp n, const T *a, npy_intp sa, const T *b, npy_intp sb, T *out)  \
    {                                                                                               \
        switch (op) {                                                                               \
        case ADD: BODY(+) break;                                                                    \
        case SUBTRACT: BODY(-) break;                                                               \
        case MULTIPLY: BODY(*) break;                                                               \
        default: BODY(/) break;                                                                     \
        }                                                                                           \
    }

ALIASED(loop_aliased_double, double)
ALIASED(loop_aliased_float, float)
RUN_PROGRAM(program_double, double)
RUN_PROGRAM(program_float, float)

#define OPERANDS 4
#define CONSTANTS 8

/* scaled(program, dy, operands): dy times what the program makes of the operands, or None if that is NumPy's. */
static PyObject *scaled(PyObject *self, PyObject *const *args, Py_ssize_t count)
{
    if (count != 3 || !PyTuple_CheckExact(args[0]) || !PyList_CheckExact(args[2])) {
        PyErr_SetString(PyExc_TypeError, "scaled takes a program, an array and a list");
        return NULL;
    }
    PyObject *code = PyTuple_GET_ITEM(args[0], 0), *numbers = PyTuple_GET_ITEM(args[0], 1), *values = args[2];
    PyArray_Descr *dtype = readable(args[1]);
    PyArrayObject *dy = (PyArrayObject *)args[1];
    if (!dtype || PyArray_NDIM(dy) == 0 || !PyArray_IS_C_CONTIGUOUS(dy) || PyArray_SIZE(dy) > MOST) Py_RETURN_NONE;
    Py_ssize_t length = PyBytes_GET_SIZE(code), constants = PyTuple_GET_SIZE(numbers);
    const char *steps = PyBytes_AS_STRING(code);
    if (PyList_GET_SIZE(values) > OPERANDS || constants > CONSTANTS) Py_RETURN_NONE;

    Operand operands[OPERANDS];
    double doubles[CONSTANTS];
    float floats[CONSTANTS];
    for (Py_ssize_t k = 0; k < length; k += 2) {
        Py_ssize_t which = steps[k + 1];
        if (steps[k] == 'x' && !operand_like(PyList_GET_ITEM(values, which), dy, dtype, operands + which))
            Py_RETURN_NONE;
    }
    for (Py_ssize_t k = 0; k < constants; k++) {
        doubles[k] = PyFloat_AS_DOUBLE(PyTuple_GET_ITEM(numbers, k));
        floats[k] = (float)doubles[k];
    }
    PyObject *result = new_array(dtype, PyArray_NDIM(dy), PyArray_DIMS(dy));
    if (!result) return NULL;
    npy_intp n = PyArray_SIZE(dy);
    void *out = PyArray_DATA((PyArrayObject *)result);
    if (dtype == float64)
        program_double(steps, length, doubles, operands, n, PyArray_DATA(dy), out);
    else
        program_float(steps, length, floats, operands, n, PyArray_DATA(dy), out);
    return result;
}

static PyMethodDef functions[] = {
    {"add", (PyCFunction)(void (*)(void))add, METH_FASTCALL, NULL},
    {"subtract", (PyCFunction)(void (*)(void))subtract, METH_FASTCALL, NULL},
    {"multiply", (PyCFunction)(void (*)(void))multiply, METH_FASTCALL, NULL},
    {"divide", (PyCFunction)(void (*)(void))divide, METH_FASTCALL, NULL},
    {"negative", negative, METH_O, NULL},
    {"add_into", (PyCFunction)(void (*)(void))add_into, METH_FASTCALL, NULL},
    {"scaled", (PyCFunction)(void (*)(void))scaled, METH_FASTCALL, NULL},
    {"fitted", (PyCFunction)(void (*)(void))fitted, METH_FASTCALL, NULL},
    {"has_nan", has_nan, METH_O, NULL},
    {"chosen", (PyCFunction)(void (*)(void))chosen, METH_FASTCALL, NULL},
    {"extremal", (PyCFunction)(void (*)(void))extremal, METH_FASTCALL, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "tracker._arrays.kernels", NULL, -1, functions};

PyMODINIT_FUNC PyInit_kernels(void)
{
    import_array();
    float64 = PyArray_DescrFromType(NPY_DOUBLE);
    float32 = PyArray_DescrFromType(NPY_FLOAT);
    return PyModule_Create(&module);
}
