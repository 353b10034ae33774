#define _GNU_SOURCE
#include "CTacitProgram.h"

#include <sys/syscall.h>
#include <unistd.h>

int tacit_watch_process(int process) {
#ifdef SYS_pidfd_open
    return (int)syscall(SYS_pidfd_open, process, 0);
#else
    (void)process;
    return -1;
#endif
}

char **tacit_environment(void) { return environ; }
