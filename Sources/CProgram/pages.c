#define _GNU_SOURCE
#include <fcntl.h>
#include <link.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "CTacitProgram.h"

/// Whether a debugger may have put breakpoints into the code.
static bool is_traced(void) {
    char text[2048];
    int file = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
    if (file < 0) return true;
    ssize_t count = read(file, text, sizeof text - 1);
    close(file);
    text[count > 0 ? count : 0] = 0;
    const char *tracer = strstr(text, "\nTracerPid:\t");
    return !tracer || tracer[sizeof "\nTracerPid:\t" - 1] != '0';
}

/// Whether code was relocated where it lies: such pages are the process's own, and would come back as the file has them.
static bool has_relocated_code(const struct dl_phdr_info *object) {
    for (int i = 0; i < object->dlpi_phnum; i++) {
        if (object->dlpi_phdr[i].p_type != PT_DYNAMIC) continue;
        const ElfW(Dyn) *entry = (const ElfW(Dyn) *)(object->dlpi_addr + object->dlpi_phdr[i].p_vaddr);
        for (; entry->d_tag != DT_NULL; entry++)
            if (entry->d_tag == DT_TEXTREL || (entry->d_tag == DT_FLAGS && entry->d_un.d_val & DF_TEXTREL)) return true;
        return false;
    }
    return true;
}

static int release(struct dl_phdr_info *object, size_t size, void *mask) {
    (void)size;
    uintptr_t within = *(const uintptr_t *)mask;
    if (has_relocated_code(object)) return 0;
    for (int i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
        if (segment->p_type != PT_LOAD || segment->p_flags & PF_W) continue;
        uintptr_t start = (object->dlpi_addr + segment->p_vaddr) & ~within;
        uintptr_t end = (object->dlpi_addr + segment->p_vaddr + segment->p_memsz + within) & ~within;
        // Advice: where it is not taken, nothing changes.
        (void)madvise((void *)start, end - start, MADV_DONTNEED);
    }
    return 0;
}

void tacit_release_program_pages(void) {
    long page = sysconf(_SC_PAGESIZE);
    if (page <= 0 || is_traced()) return;
    uintptr_t within = (uintptr_t)page - 1;
    (void)dl_iterate_phdr(release, &within);
}
