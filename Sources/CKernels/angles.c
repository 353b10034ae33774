// Sines and cosines of rotary angles in double precision, by fused multiply-add alone: a stream runs for months, so
// positions grow far past what float32 counts, and the C library's own functions differ from machine to machine.

#include <math.h>

#include "CTacitKernels.h"

#pragma STDC FP_CONTRACT OFF

/// sin(r) for |r| <= pi/4: the Taylor series to r^15 (error under 5e-17).
static double sine(double r) {
    double s = r * r, p = -0x1.ae7f3e733b81fp-41;  // -1/15!
    p = fma(p, s, 0x1.6124613a86d09p-33);          // 1/13!
    p = fma(p, s, -0x1.ae64567f544e4p-26);         // -1/11!
    p = fma(p, s, 0x1.71de3a556c734p-19);          // 1/9!
    p = fma(p, s, -0x1.a01a01a01a01ap-13);         // -1/7!
    p = fma(p, s, 0x1.1111111111111p-7);           // 1/5!
    p = fma(p, s, -0x1.5555555555555p-3);          // -1/3!
    return fma(p * s, r, r);
}

/// cos(r) for |r| <= pi/4: the Taylor series to r^16.
static double cosine(double r) {
    double s = r * r, p = 0x1.ae7f3e733b81fp-45;  // 1/16!
    p = fma(p, s, -0x1.93974a8c07c9dp-37);        // -1/14!
    p = fma(p, s, 0x1.1eed8eff8d898p-29);         // 1/12!
    p = fma(p, s, -0x1.27e4fb7789f5cp-22);        // -1/10!
    p = fma(p, s, 0x1.a01a01a01a01ap-16);         // 1/8!
    p = fma(p, s, -0x1.6c16c16c16c17p-10);        // -1/6!
    p = fma(p, s, 0x1.5555555555555p-5);          // 1/4!
    p = fma(p, s, -0.5);
    return fma(p, s, 1.0);
}

void tacit_rotary_angles(
    uint64_t position, const float *frequencies, size_t count, float *cosines, float *sines) {
    for (size_t i = 0; i < count; i++) {
        double frequency = frequencies[i], turns = (double)position;
        double angle = turns * frequency, lost = fma(turns, frequency, -angle);
        if (!(fabs(angle) < 0x1p50)) {  // absurd or not a number
            cosines[i] = 1.0f;
            sines[i] = 0.0f;
            continue;
        }
        // angle = n pi/2 + r, pi/2 in two parts.
        double n = rint(angle * 0x1.45f306dc9c883p-1);
        double r = fma(-n, 0x1.921fb54442d18p+0, angle);
        r = fma(-n, 0x1.1a62633145c07p-54, r) + lost;
        double s = sine(r), c = cosine(r);
        switch ((uint64_t)(int64_t)n & 3) {
        case 0: cosines[i] = (float)c, sines[i] = (float)s; break;
        case 1: cosines[i] = (float)-s, sines[i] = (float)c; break;
        case 2: cosines[i] = (float)-c, sines[i] = (float)-s; break;
        default: cosines[i] = (float)s, sines[i] = (float)-c; break;
        }
    }
}
