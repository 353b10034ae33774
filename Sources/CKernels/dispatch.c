// Which tables this machine can run.

#include "CKernels.h"

extern const tacit_kernels tacit_kernels_portable;
#if defined(__x86_64__)
extern const tacit_kernels tacit_kernels_avx2;
#elif defined(__aarch64__)
extern const tacit_kernels tacit_kernels_neon;
#endif

const tacit_kernels *tacit_kernels_at(size_t index) {
    const tacit_kernels *_Nullable available[2] = {&tacit_kernels_portable, NULL};
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) available[1] = &tacit_kernels_avx2;
#elif defined(__aarch64__)
    available[1] = &tacit_kernels_neon;
#endif
    return index < 2 ? available[index] : NULL;
}
