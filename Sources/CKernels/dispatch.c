// Which tables this machine can run.

#include <string.h>

#include "CTacitKernels.h"

extern const tacit_kernels tacit_kernels_portable;

// In the order of their speed, which of the last was reckoned and not measured.
#if defined(__x86_64__)

#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>

extern const tacit_kernels tacit_kernels_avx2, tacit_kernels_avxvnni, tacit_kernels_avx512vnni, tacit_kernels_amx;

/// By the processor's own word (leaf 1, ECX bit 29): not every compiler knows the name. Asked once, since the answer takes a
/// virtual machine microseconds.
static int has_f16c(void) {
    static _Atomic int answer = -1;
    if (answer < 0) {
        unsigned a = 0, b = 0, c = 0, d = 0;
        answer = __get_cpuid(1, &a, &b, &c, &d) && (c >> 29 & 1);
    }
    return answer;
}

static int has_avx2(void) { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && has_f16c(); }

/// Leaf 7.1, EAX bit 4; as above.
static int has_avxvnni(void) {
    static _Atomic int answer = -1;
    if (answer < 0) {
        unsigned a = 0, b = 0, c = 0, d = 0;
        answer = has_avx2() && __get_cpuid_count(7, 1, &a, &b, &c, &d) && (a >> 4 & 1);
    }
    return answer;
}

static int has_avx512vnni(void) {
    return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512vnni");
}

/// Linux lets a process use the registers once it has asked for them (Documentation/arch/x86/xstate.rst): ARCH_REQ_XCOMP_PERM,
/// XFEATURE_XTILEDATA. Kernels before 5.16 say no, and so does one in whose process a signal stack is too small to save them;
/// later ones must have some 12 KB.
static int may_use_amx(void) { return syscall(SYS_arch_prctl, 0x1023, 18) == 0; }

/// Leaf 7, EDX bits 24 (AMX-TILE) and 25 (AMX-INT8); as above.
static int has_amx(void) {
    static _Atomic int answer = -1;
    if (answer < 0) {
        unsigned a = 0, b = 0, c = 0, d = 0;
        answer = has_avx512vnni() && __get_cpuid_count(7, 0, &a, &b, &c, &d) && (d >> 24 & 3) == 3 && may_use_amx();
    }
    return answer;
}

static const struct {
    const tacit_kernels *table;
    int (*runs)(void);
} others[] = {
    {&tacit_kernels_avx2, has_avx2},
    {&tacit_kernels_avxvnni, has_avxvnni},
    {&tacit_kernels_avx512vnni, has_avx512vnni},
    {&tacit_kernels_amx, has_amx},
};

#elif defined(__aarch64__)

#include <sys/auxv.h>

extern const tacit_kernels tacit_kernels_neon, tacit_kernels_dotprod;

static int has_neon(void) { return 1; }

/// HWCAP_ASIMDDP of Linux's arm64.
static int has_dotprod(void) { return (getauxval(AT_HWCAP) >> 20 & 1) != 0; }

static const struct {
    const tacit_kernels *table;
    int (*runs)(void);
} others[] = {
    {&tacit_kernels_neon, has_neon},
    {&tacit_kernels_dotprod, has_dotprod},
};

#else

static const struct {
    const tacit_kernels *table;
    int (*runs)(void);
} others[] = {{NULL, NULL}};

#endif

const tacit_kernels *tacit_kernels_at(size_t index) {
    if (index == 0) return &tacit_kernels_portable;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (others[i].table && others[i].runs() && --index == 0) return others[i].table;
    return NULL;
}

const tacit_kernels *tacit_kernels_named(const char *name) {
    const tacit_kernels *table = NULL, *next;
    for (size_t i = 0; (next = tacit_kernels_at(i)); i++) {
        table = next;
        if (name && strcmp(table->name, name) == 0) return table;
    }
    return name ? NULL : table;
}
