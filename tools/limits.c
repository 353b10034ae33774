// What one core can do at most: the inner loops' instructions alone, on registers, without loads; and how fast it reads
// memory. Prints JSON by instruction set, in thousand millions of operations a second (two for each multiply-add), of
// bytes a second for `memory`. Each argument is a number of bytes: `again` has how fast so many are read over and over, from
// whichever cache holds them.

#include <immintrin.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
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

// Four products added in 32 bits.
#define VNNI(sum) "%{vex%} vpdpbusd %%ymm15, %%ymm14, %%ymm" #sum "\n"
#define VNNI512(sum) "vpdpbusd %%zmm15, %%zmm14, %%zmm" #sum "\n"
#define FMA512(sum) "vfmadd231ps %%zmm15, %%zmm14, %%zmm" #sum "\n"
#define TWELVE(form) \
    form(0) form(1) form(2) form(3) form(4) form(5) form(6) form(7) form(8) form(9) form(10) form(11)

static void read_once(const char *bytes, size_t size) {
    __m256i sums[4] = {0};
    for (size_t i = 0; i < size; i += 128)
        for (int k = 0; k < 4; k++)
            sums[k] = _mm256_xor_si256(sums[k], _mm256_loadu_si256((const __m256i *)(bytes + i + k * 32)));
    __m256i all = _mm256_xor_si256(_mm256_xor_si256(sums[0], sums[1]), _mm256_xor_si256(sums[2], sums[3]));
    __asm__ volatile("" ::"x"(all));
}

__attribute__((target("avx512f"))) static void read_wide(const char *bytes, size_t size) {
    __m512i sums[4] = {0};
    for (size_t i = 0; i < size; i += 256)
        for (int k = 0; k < 4; k++) sums[k] = _mm512_xor_si512(sums[k], _mm512_loadu_si512(bytes + i + k * 64));
    __m512i all = _mm512_xor_si512(_mm512_xor_si512(sums[0], sums[1]), _mm512_xor_si512(sums[2], sums[3]));
    __asm__ volatile("" ::"x"(all));
}

/// The best of so many times that at least `size` bytes, of which whole blocks are read, went by in order.
static double reading(size_t size, int times) {
    size = (size + 255) / 256 * 256;
    char *bytes = aligned_alloc(1 << 21, (size + (1 << 21) - 1) >> 21 << 21);
    if (!bytes) return 0;
    madvise(bytes, size, MADV_HUGEPAGE);
    memset(bytes, 1, size);
    double best = 0;
    for (int wide = 0; wide <= !!__builtin_cpu_supports("avx512f"); wide++)
        for (int again = 0; again < times; again++) {
            double begun = now();
            wide ? read_wide(bytes, size) : read_once(bytes, size);
            double found = (double)size / (now() - begun) * 1e-9;
            if (found > best) best = found;
        }
    free(bytes);
    return best;
}

/// Far more than the caches hold.
static double memory(void) { return reading(512u << 20, 5); }

int main(int count, char **arguments) {
    MEASURE(float32, 12 * 16.0, TWELVE(FMA))
    MEASURE(int8, 6 * 128.0, INT8(0, 6, 7) INT8(1, 8, 9) INT8(2, 10, 11) INT8(3, 6, 7) INT8(4, 8, 9) INT8(5, 10, 11))
    MEASURE(
        int4, 8 * 64.0,
        INT4(0, 8) INT4(1, 9) INT4(2, 10) INT4(3, 11) INT4(4, 8) INT4(5, 9) INT4(6, 10) INT4(7, 11)
        "vpmaddwd %%ymm14, %%ymm0, %%ymm12\n vpaddd %%ymm12, %%ymm13, %%ymm13\n")
    printf("{\"memory\": %.1f, \"avx2\": {\"float32\": %.1f, \"int8\": %.1f, \"int4\": %.1f}", memory(), float32, int8, int4);
    if (__builtin_cpu_supports("avxvnni")) {
        MEASURE(vnni, 12 * 64.0, TWELVE(VNNI))
        printf(", \"avxvnni\": {\"float32\": %.1f, \"int8\": %.1f, \"int4\": %.1f}", float32, vnni, vnni);
    }
    if (__builtin_cpu_supports("avx512vnni")) {
        MEASURE(wide, 12 * 32.0, TWELVE(FMA512))
        MEASURE(vnni, 12 * 128.0, TWELVE(VNNI512))
        printf(", \"avx512vnni\": {\"float32\": %.1f, \"int8\": %.1f, \"int4\": %.1f}", wide, vnni, vnni);
    }
    printf(", \"again\": [");
    for (int i = 1; i < count; i++) printf("%s%.1f", i > 1 ? ", " : "", reading(strtoul(arguments[i], NULL, 10), 400));
    printf("]}\n");
    return 0;
}
