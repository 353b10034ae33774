// AVX-512 with VNNI (Cascade Lake, Ice Lake, Zen 4 and later): a tile's step is one register.

#if defined(__x86_64__)

#include <immintrin.h>

#include "CTacitKernels.h"

#pragma STDC FP_CONTRACT OFF
#pragma clang attribute push( \
    __attribute__((target("avx2,fma,f16c,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni"))), apply_to = function)

#include "vector.h"

#define TABLE tacit_kernels_avx512vnni
#define TABLE_NAME "avx512vnni"

#include "avx512.h"
#include "table.h"

#pragma clang attribute pop

#endif
