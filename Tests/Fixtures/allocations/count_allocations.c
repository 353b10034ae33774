// Loaded in front of a program (LD_PRELOAD), counts how often any of its threads asks for memory once it has written to
// standard output TACIT_COUNT_AFTER times and until it has written TACIT_COUNT_UNTIL lines there, and writes the number, and how
// many of these came behind the last time, to TACIT_COUNT_FILE when the program ends by _exit. For the first few, the file tells
// where they were asked for.

#define _GNU_SOURCE
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *memory, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

enum { LISTED = 3, DEPTH = 24 };

static atomic_long allocations, allocations_before_last_write, writes, lines;
static long count_after = 1, count_until = LONG_MAX;
static void *places[LISTED][DEPTH];
static int depths[LISTED];
static _Thread_local int is_inside;

__attribute__((constructor)) static void prepare(void) {
    const char *text = getenv("TACIT_COUNT_AFTER");
    if (text) count_after = atol(text);
    text = getenv("TACIT_COUNT_UNTIL");
    if (text) count_until = atol(text);
    // The first call loads a library.
    void *place[1];
    backtrace(place, 1);
}

static void count(void) {
    if (atomic_load(&writes) < count_after || atomic_load(&lines) > count_until || is_inside) return;
    is_inside = 1;
    long number = atomic_fetch_add(&allocations, 1);
    if (number < LISTED) depths[number] = backtrace(places[number], DEPTH);
    is_inside = 0;
}

void *malloc(size_t size) {
    count();
    return __libc_malloc(size);
}

void *calloc(size_t number, size_t size) {
    count();
    return __libc_calloc(number, size);
}

void *realloc(void *memory, size_t size) {
    count();
    return __libc_realloc(memory, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    count();
    return __libc_memalign(alignment, size);
}

int posix_memalign(void **memory, size_t alignment, size_t size) {
    count();
    void *result = __libc_memalign(alignment, size);
    if (!result) return ENOMEM;
    *memory = result;
    return 0;
}

ssize_t write(int descriptor, const void *bytes, size_t count) {
    ssize_t result = syscall(SYS_write, descriptor, bytes, count);
    if (descriptor == STDOUT_FILENO && result > 0) {
        atomic_fetch_add(&writes, 1);
        atomic_store(&allocations_before_last_write, atomic_load(&allocations));
        for (ssize_t index = 0; index < result; index++)
            if (((const char *)bytes)[index] == '\n') atomic_fetch_add(&lines, 1);
    }
    return result;
}

void _exit(int status) {
    is_inside = 1;
    long counted = atomic_load(&allocations);
    const char *path = getenv("TACIT_COUNT_FILE");
    int file = path ? open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600) : -1;
    if (file >= 0) {
        long at_the_end = counted - atomic_load(&allocations_before_last_write);
        dprintf(file, "%ld allocations, %ld of them at the end\n", counted, at_the_end);
        for (int number = 0; number < LISTED && number < counted; number++)
            backtrace_symbols_fd(places[number], depths[number], file);
        close(file);
    }
    for (;;) syscall(SYS_exit_group, status);
}
