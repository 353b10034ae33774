// What the kernels for 256-bit registers share. Included after their target attributes.

/// Products stay where their sum is formed: moved up by the compiler, they would fill the registers and spill.
#define KEEP_IN_ORDER(a, b) __asm__ volatile("" : "+x"(a), "+x"(b))

INLINE __m256i levels_at(const void *panel) { return _mm256_loadu_si256((const __m256i *)panel); }

INLINE __m256i four_everywhere(const void *four) {
    int32_t bytes;
    __builtin_memcpy(&bytes, four, sizeof bytes);
    return _mm256_set1_epi32(bytes);
}
