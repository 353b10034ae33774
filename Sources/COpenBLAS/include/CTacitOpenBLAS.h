// OpenBLAS, loaded when the first product is asked for: nothing links it, and nothing needs its header to be built.
//
// As it is loaded it makes threads, and each of these, like the first that calls, maps one large buffer for good; where there
// is no room for that, it asks again and again without an end. So room is looked for before.
#ifndef TACIT_COPENBLAS_H
#define TACIT_COPENBLAS_H

// What a call did not do.
enum {
    tacit_blas_is_ready,
    // Under its name there is no library that can be used.
    tacit_blas_is_absent,
    // The library, one thread's buffer and what a first product wants have no room.
    tacit_blas_has_no_room,
};

// Bytes of the buffer that each of its threads maps: of all of its builds for processors that this package runs on, the most.
enum { tacit_blas_buffer = 128 << 20 };

// Loads it, the first time; from any thread. Under a limit of the address space (RLIMIT_AS) it computes with one thread, and
// where there is no room for as many as there are processors.
//
// `problem`, where it is absent, gets why, in words that hold until the same thread calls again.
int tacit_blas_load(const char **problem);

// As CBLAS has them; only after it is loaded. Its numbers for orders and kinds of matrices are these.
enum {
    tacit_blas_rows_first = 101,
    tacit_blas_as_it_is = 111,
    tacit_blas_transposed = 112,
    tacit_blas_upper = 121,
};
void tacit_blas_dgemm(
    int order, int left_form, int right_form, int rows, int columns, int inner, double scale, const double *left,
    int left_stride, const double *right, int right_stride, double result_scale, double *result, int result_stride);
void tacit_blas_dsyrk(
    int order, int half, int form, int size, int inner, double scale, const double *matrix, int stride, double result_scale,
    double *result, int result_stride);

#endif
