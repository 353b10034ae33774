// Sixteen lanes at a time, in the compiler's own vectors: the same source becomes one, two or four registers, with the
// same lanes and the same order of operations, whatever the instruction set. Included by each table's file after its
// target attributes.

#ifndef TACIT_VECTOR_H
#define TACIT_VECTOR_H

#include <stddef.h>
#include <stdint.h>

// Vectors wider than a register change the calling convention, but none is ever passed: all of this is inlined.
#pragma clang diagnostic ignored "-Wpsabi"

#define INLINE static inline __attribute__((always_inline))
#define LANES ((size_t)16)
#define UNROLL _Pragma("clang loop unroll(full)")
#define UNROLL_4 _Pragma("clang loop unroll_count(4)")

typedef float f32x16 __attribute__((ext_vector_type(16)));
typedef _Float16 f16x16 __attribute__((ext_vector_type(16)));
typedef float f32x8 __attribute__((ext_vector_type(8)));
typedef float f32x4 __attribute__((ext_vector_type(4)));
typedef float f32x2 __attribute__((ext_vector_type(2)));
typedef int32_t i32x16 __attribute__((ext_vector_type(16)));
typedef int32_t i32x8 __attribute__((ext_vector_type(8)));
typedef int32_t i32x4 __attribute__((ext_vector_type(4)));
typedef int32_t i32x2 __attribute__((ext_vector_type(2)));
typedef uint32_t u32x16 __attribute__((ext_vector_type(16)));
typedef uint8_t u8x16 __attribute__((ext_vector_type(16)));
typedef uint8_t u8x32 __attribute__((ext_vector_type(32)));
typedef int8_t i8x16 __attribute__((ext_vector_type(16)));
typedef int8_t i8x32 __attribute__((ext_vector_type(32)));
typedef int16_t i16x32 __attribute__((ext_vector_type(32)));
typedef int16_t i16x16 __attribute__((ext_vector_type(16)));
typedef int16_t i16x8 __attribute__((ext_vector_type(8)));
typedef int16_t i16x4 __attribute__((ext_vector_type(4)));

INLINE f32x16 load(const float *p) {
    f32x16 v;
    __builtin_memcpy(&v, p, sizeof v);
    return v;
}

INLINE void store(float *p, f32x16 v) { __builtin_memcpy(p, &v, sizeof v); }

INLINE f32x8 load8(const float *p) {
    f32x8 v;
    __builtin_memcpy(&v, p, sizeof v);
    return v;
}

INLINE void store8(float *p, f32x8 v) { __builtin_memcpy(p, &v, sizeof v); }

INLINE i32x16 load_integers(const int32_t *p) {
    i32x16 v;
    __builtin_memcpy(&v, p, sizeof v);
    return v;
}

INLINE u8x16 load_bytes(const uint8_t *p) {
    u8x16 v;
    __builtin_memcpy(&v, p, sizeof v);
    return v;
}

/// Sixteen 16-bit floats (IEEE 754 binary16), each the same number in 32 bits.
INLINE f32x16 load_halves(const uint16_t *p) {
#ifdef HALVES_ARE_CALLS
    // The sign spreads over what the wider exponent has more; it is moved by 127 - 15, subnormal numbers with it.
    i16x16 v;
    __builtin_memcpy(&v, p, sizeof v);
    i32x16 wide = __builtin_convertvector(v, i32x16);
    f32x16 scaled = __builtin_bit_cast(f32x16, wide << 13 & (i32x16)((int32_t)0x8fffffff)) * (f32x16)(0x1p112f);
    i32x16 is_no_number = (wide & 0x7c00) == 0x7c00;
    return __builtin_bit_cast(f32x16, __builtin_bit_cast(i32x16, scaled) | (is_no_number & 0x7f800000));
#else
    f16x16 v;
    __builtin_memcpy(&v, p, sizeof v);
    return __builtin_convertvector(v, f32x16);
#endif
}

INLINE f32x16 splat(float x) { return (f32x16)(x); }

/// The first `count` (under 16) elements, the other lanes `fill`.
INLINE f32x16 load_some(const float *p, size_t count, float fill) {
    float lanes[16];
    store(lanes, splat(fill));
    __builtin_memcpy(lanes, p, count * sizeof *p);
    return load(lanes);
}

/// The first `count` lanes, the others `fill`.
INLINE f32x16 first_lanes(f32x16 v, size_t count, float fill) {
    const i32x16 lane = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    return lane < (i32x16)((int32_t)count) ? v : splat(fill);
}

INLINE void store_some(float *p, f32x16 v, size_t count) {
    float lanes[16];
    store(lanes, v);
    __builtin_memcpy(p, lanes, count * sizeof *p);
}

/// Where there is no instruction for it, a fused multiply-add is sixteen calls: those files call one function instead.
#ifdef FMA_IS_CALLS
#define FMA static __attribute__((noinline))
#else
#define FMA INLINE
#endif

/// a * b + c, rounded once.
FMA f32x16 fma16(f32x16 a, f32x16 b, f32x16 c) { return __builtin_elementwise_fma(a, b, c); }

FMA f32x8 fma8(f32x8 a, f32x8 b, f32x8 c) { return __builtin_elementwise_fma(a, b, c); }

/// Square roots, lane by lane: the compiler of Swift 6.0 has no operation for sixteen at once.
INLINE f32x16 roots(f32x16 v) {
    for (int lane = 0; lane < 16; lane++) v[lane] = __builtin_sqrtf(v[lane]);
    return v;
}

/// Lane by lane `a < b ? a : b`: b where one of them is NaN, on every instruction set.
INLINE f32x16 lesser(f32x16 a, f32x16 b) { return a < b ? a : b; }
/// Lane by lane `a > b ? a : b`: b where one of them is NaN.
INLINE f32x16 greater(f32x16 a, f32x16 b) { return a > b ? a : b; }

INLINE i32x16 bits(f32x16 v) { return __builtin_bit_cast(i32x16, v); }
INLINE f32x16 from_bits(i32x16 v) { return __builtin_bit_cast(f32x16, v); }

/// The sum of all lanes: halves are added until one is left.
INLINE float total(f32x16 v) {
    f32x8 a = v.lo + v.hi;
    f32x4 b = a.lo + a.hi;
    f32x2 c = b.lo + b.hi;
    return c.x + c.y;
}

/// The largest of all lanes, none of which is NaN.
INLINE float largest(f32x16 v) {
    f32x8 a = v.lo > v.hi ? v.lo : v.hi;
    f32x4 b = a.lo > a.hi ? a.lo : a.hi;
    f32x2 c = b.lo > b.hi ? b.lo : b.hi;
    return c.x > c.y ? c.x : c.y;
}

#include "fetch.h"

#endif
