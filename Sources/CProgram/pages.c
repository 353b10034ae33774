#define _GNU_SOURCE
#include <link.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include "CProgram.h"

static int release(struct dl_phdr_info *object, size_t size, void *mask) {
    (void)size;
    uintptr_t within = *(const uintptr_t *)mask;
    for (int i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
        if (segment->p_type != PT_LOAD || segment->p_flags & PF_W) continue;
        uintptr_t start = (object->dlpi_addr + segment->p_vaddr) & ~within;
        uintptr_t end = (object->dlpi_addr + segment->p_vaddr + segment->p_memsz + within) & ~within;
        // What can't be given back (the kernel's own object) stays.
        (void)madvise((void *)start, end - start, MADV_DONTNEED);
    }
    return 0;
}

void tacit_release_program_pages(void) {
    long page = sysconf(_SC_PAGESIZE);
    if (page <= 0) return;
    uintptr_t within = (uintptr_t)page - 1;
    (void)dl_iterate_phdr(release, &within);
}
