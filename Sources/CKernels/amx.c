// AMX for products of many rows (Sapphire Rapids and later), AVX-512 with VNNI for all else.

#if defined(__x86_64__)

#include <immintrin.h>

#include "CTacitKernels.h"

#pragma STDC FP_CONTRACT OFF
#pragma clang attribute push( \
    __attribute__((target("avx2,fma,f16c,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,amx-tile,amx-int8"))), \
    apply_to = function)

#include "vector.h"

#define TABLE tacit_kernels_amx
#define TABLE_NAME "amx"
#define AMX

#include "avx512.h"
#include "table.h"

#pragma clang attribute pop

#endif
