/* A step of Adam in one pass over the arrays, where NumPy makes twelve.

   Every operation is rounded as NumPy rounds it, in the same order, so the numbers are those of adam.py bit for bit.
   Whatever is not a plain array of float64 or float32 in C's order, and whatever divides by zero, overflows or is
   invalid (NumPy's errstate decides what happens then), is left to NumPy: None. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#define NPY_NO_DEPRECATED_API NPY_2_0_API_VERSION
#include <fenv.h>
#include <math.h>
#include <numpy/arrayobject.h>

#define INPUTS 3
#define OUTPUTS 3
#define CHUNK 512 /* entries: a plain loop each for what the compiler makes vector code of */

#define LOOP(NAME, T, SQRT)                                                                               \
    static void NAME(npy_intp n, const double *numbers, const T *dx, const T *old_first,                  \
                     const T *old_second, T *restrict first, T *restrict second, T *restrict step)        \
    {                                                                                                     \
        T keep1 = (T)numbers[0], add1 = (T)numbers[1], keep2 = (T)numbers[2], add2 = (T)numbers[3];       \
        T epsilon = (T)numbers[4], factor = (T)numbers[5];                                                \
        for (npy_intp start = 0; start < n; start += CHUNK) {                                             \
            npy_intp stop = start + CHUNK < n ? start + CHUNK : n;                                        \
            for (npy_intp i = start; i < stop; i++) {                                                     \
                T moved = old_first[i] * keep1, squared = dx[i] * dx[i];                                  \
                T spread = old_second[i] * keep2;                                                         \
                first[i] = moved + dx[i] * add1;                                                          \
                second[i] = spread + squared * add2;                                                      \
            }                                                                                             \
            for (npy_intp i = start; i < stop; i++) {                                                     \
                T root = SQRT(second[i]);                                                                 \
                T quotient = first[i] / (root + epsilon);                                                 \
                step[i] = quotient * factor;                                                              \
            }                                                                                             \
        }                                                                                                 \
    }

LOOP(steps_double, double, sqrt)
LOOP(steps_float, float, sqrtf)

/* Whether all are plain arrays of one shape and of one of the two dtypes, in C's order. */
static int are_plain(PyObject *const *arrays)
{
    for (int k = 0; k < INPUTS; k++) {
        if (!PyArray_CheckExact(arrays[k])) return 0;
        PyArrayObject *x = (PyArrayObject *)arrays[k], *x0 = (PyArrayObject *)arrays[0];
        int type = PyArray_TYPE(x);
        if ((type != NPY_DOUBLE && type != NPY_FLOAT) || type != PyArray_TYPE(x0)) return 0;
        if (!PyArray_ISCARRAY_RO(x) || PyArray_NDIM(x) == 0 || !PyArray_SAMESHAPE(x, x0)) return 0;
    }
    return 1;
}

/* adam(dx, first, second, keep1, add1, keep2, add2, epsilon, factor) -> (first, second, step), or None */
static PyObject *adam(PyObject *self, PyObject *const *args, Py_ssize_t count)
{
    if (count != INPUTS + 6) {
        PyErr_SetString(PyExc_TypeError, "adam takes three arrays and six numbers");
        return NULL;
    }
    if (!are_plain(args)) Py_RETURN_NONE;
    double numbers[6];
    for (int k = 0; k < 6; k++) {
        numbers[k] = PyFloat_AsDouble(args[INPUTS + k]);
        if (numbers[k] == -1.0 && PyErr_Occurred()) return NULL;
    }
    PyObject *made[OUTPUTS] = {NULL, NULL, NULL};
    const void *in[INPUTS];
    void *out[OUTPUTS];
    for (int k = 0; k < OUTPUTS; k++) {
        in[k] = PyArray_DATA((PyArrayObject *)args[k]);
        made[k] = PyArray_NewLikeArray((PyArrayObject *)args[0], NPY_CORDER, NULL, 0);
        if (!made[k]) goto fail;
        out[k] = PyArray_DATA((PyArrayObject *)made[k]);
    }
    npy_intp n = PyArray_SIZE((PyArrayObject *)args[0]);
    int type = PyArray_TYPE((PyArrayObject *)args[0]), flags;
    Py_BEGIN_ALLOW_THREADS
    feclearexcept(FE_ALL_EXCEPT);
    if (type == NPY_DOUBLE)
        steps_double(n, numbers, in[0], in[1], in[2], out[0], out[1], out[2]);
    else
        steps_float(n, numbers, in[0], in[1], in[2], out[0], out[1], out[2]);
    flags = fetestexcept(FE_DIVBYZERO | FE_INVALID | FE_OVERFLOW);
    feclearexcept(FE_ALL_EXCEPT);
    Py_END_ALLOW_THREADS
    if (!flags) return Py_BuildValue("(NNN)", made[0], made[1], made[2]);
    for (int k = 0; k < OUTPUTS; k++) Py_DECREF(made[k]);
    Py_RETURN_NONE;
fail:
    for (int k = 0; k < OUTPUTS; k++) Py_XDECREF(made[k]);
    return NULL;
}

static PyMethodDef functions[] = {
    {"adam", (PyCFunction)(void (*)(void))adam, METH_FASTCALL, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "tracker.optim.kernels", NULL, -1, functions};

PyMODINIT_FUNC PyInit_kernels(void)
{
    import_array();
    return PyModule_Create(&module);
}
