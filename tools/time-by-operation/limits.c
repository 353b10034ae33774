// What one core can do at most: the inner loops' instructions alone, on registers, without loads. Prints JSON, in
// thousand millions of operations a second (two for each multiply-add).

#include <immintrin.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

#define REGISTERS \
    "ymm0", "ymm1", "ymm2", "ymm3", "ymm4", "ymm5", "ymm6", "ymm7", "ymm8", "ymm9", "ymm10", "ymm11", "ymm12", "ymm13"

// The best of many short stretches: other work on the machine only ever takes away.
#define MEASURE(rate, operations, body)                              \
    double rate = 0;                                                 \
    for (int again = 0; again < 400; again++) {                      \
        double begun = now();                                        \
        for (int i = 0; i < 20000; i++) __asm__ volatile(body ::: REGISTERS); \
        double found = (operations)*20000.0 / (now() - begun) * 1e-9; \
        if (found > rate) rate = found;                              \
    }

// Two steps of int8: two products added in 16 bits, widened, added. 8 channels by 8 columns.
#define INT8(sum, a, b)                                                                                    \
    "vpmaddubsw %%ymm15, %%ymm14, %%ymm" #a "\n vpmaddubsw %%ymm15, %%ymm14, %%ymm" #b "\n"                \
    "vpaddw %%ymm" #a ", %%ymm" #b ", %%ymm" #a "\n vpmaddwd %%ymm14, %%ymm" #a ", %%ymm" #a "\n"          \
    "vpaddd %%ymm" #a ", %%ymm" #sum ", %%ymm" #sum "\n"
// One step of int4: 8 channels by 4 columns. The ninth of each eight stands for the scale and the sum in 32 bits.
#define INT4(sum, a) "vpmaddubsw %%ymm15, %%ymm14, %%ymm" #a "\n vpaddw %%ymm" #a ", %%ymm" #sum ", %%ymm" #sum "\n"
#define FMA(sum) "vfmadd231ps %%ymm15, %%ymm14, %%ymm" #sum "\n"

int main(void) {
    MEASURE(float32, 12 * 16.0, FMA(0) FMA(1) FMA(2) FMA(3) FMA(4) FMA(5) FMA(6) FMA(7) FMA(8) FMA(9) FMA(10) FMA(11))
    MEASURE(int8, 6 * 128.0, INT8(0, 6, 7) INT8(1, 8, 9) INT8(2, 10, 11) INT8(3, 6, 7) INT8(4, 8, 9) INT8(5, 10, 11))
    MEASURE(
        int4, 8 * 64.0,
        INT4(0, 8) INT4(1, 9) INT4(2, 10) INT4(3, 11) INT4(4, 8) INT4(5, 9) INT4(6, 10) INT4(7, 11)
        "vpmaddwd %%ymm14, %%ymm0, %%ymm12\n vpaddd %%ymm12, %%ymm13, %%ymm13\n")
    printf("{\"float32\": %.1f, \"int8\": %.1f, \"int4\": %.1f}\n", float32, int8, int4);
    return 0;
}
