#define _GNU_SOURCE
#include "CTacitOpenBLAS.h"

#include <CTacitLibrary.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>

static void (*the_dgemm)(
    int, int, int, int, int, int, double, const double *, int, const double *, int, double, double *, int);
static void (*the_dsyrk)(int, int, int, int, int, double, const double *, int, double, double *, int);

static const tacit_symbol symbols[] = {
    TACIT_SYMBOL(the_dgemm, "cblas_dgemm"), TACIT_SYMBOL(the_dsyrk, "cblas_dsyrk"), {0}};

// The library with what it stands on (libgfortran), which is 41 MB where this was measured, and a first product's matrices.
enum { others = 64 << 20, stack_without_limit = 8 << 20 };

enum { most_threads = 1024 };

/// Whether so many blocks of memory, each with a stack, could be had beside the library. One by one, as it takes them: at
/// once they might be more than a machine's whole memory, which no kernel gives.
static bool has_room(size_t blocks, size_t stack) {
    void *found[most_threads + 1];
    size_t sizes[most_threads + 1];
    size_t count = 0;
    for (; count <= blocks; count++) {
        sizes[count] = count ? tacit_blas_buffer + stack : others;
        found[count] = mmap(NULL, sizes[count], PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (found[count] == MAP_FAILED) break;
    }
    const bool all = count > blocks;
    while (count-- > 0) munmap(found[count], sizes[count]);
    return all;
}

/// How many threads it makes if nobody says otherwise, or more.
static size_t threads(void) {
    const char *words = getenv("OPENBLAS_NUM_THREADS");
    const long asked = words ? atol(words) : 0;
    if (asked > 0 && asked <= most_threads) return (size_t)asked;
    cpu_set_t processors;
    const int count = sched_getaffinity(0, sizeof processors, &processors) == 0 ? CPU_COUNT(&processors) : 0;
    return count < 1 ? 1 : count < most_threads ? (size_t)count : most_threads;
}

static size_t stack(void) {
    struct rlimit limit;
    const bool is_known = getrlimit(RLIMIT_STACK, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
    return is_known ? limit.rlim_cur : stack_without_limit;
}

/// So large a product that it takes a buffer, which it keeps: no later one asks for more.
static int take_buffer(void) {
    enum { size = 128 };
    double *numbers = calloc(3 * size * size, sizeof *numbers);
    if (!numbers) return -1;
    the_dgemm(
        tacit_blas_rows_first, tacit_blas_as_it_is, tacit_blas_as_it_is, size, size, size, 1, numbers, size,
        numbers + size * size, size, 0, numbers + 2 * size * size, size);
    free(numbers);
    return 0;
}

static int load(const char **problem) {
    static tacit_library library = {.file = "libopenblas.so.0", .symbols = symbols, .start = take_buffer};
    if (library.is_loaded) return tacit_blas_is_ready;
    struct rlimit limit;
    const bool is_limited = getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
    if (is_limited || !has_room(threads(), stack())) {
        // Its threads take their buffers at a time of their own, when what was free may not be so any longer.
        if (!has_room(1, 0)) return tacit_blas_has_no_room;
        // The second is for the build of it that has OpenMP's threads.
        if (setenv("OPENBLAS_NUM_THREADS", "1", 1) || setenv("OMP_NUM_THREADS", "1", 1)) return tacit_blas_has_no_room;
    }
    *problem = tacit_library_load(&library);
    return *problem ? tacit_blas_is_absent : tacit_blas_is_ready;
}

// One call at a time: a second would take another buffer.
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

int tacit_blas_load(const char **problem) {
    pthread_mutex_lock(&lock);
    const int result = load(problem);
    pthread_mutex_unlock(&lock);
    return result;
}

void tacit_blas_dgemm(
    int order, int left_form, int right_form, int rows, int columns, int inner, double scale, const double *left,
    int left_stride, const double *right, int right_stride, double result_scale, double *result, int result_stride) {
    pthread_mutex_lock(&lock);
    the_dgemm(
        order, left_form, right_form, rows, columns, inner, scale, left, left_stride, right, right_stride, result_scale, result,
        result_stride);
    pthread_mutex_unlock(&lock);
}

void tacit_blas_dsyrk(
    int order, int half, int form, int size, int inner, double scale, const double *matrix, int stride, double result_scale,
    double *result, int result_stride) {
    pthread_mutex_lock(&lock);
    the_dsyrk(order, half, form, size, inner, scale, matrix, stride, result_scale, result, result_stride);
    pthread_mutex_unlock(&lock);
}
