#define _GNU_SOURCE
#include "CTacitProgram.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

/// In a process that was forked amid threads: nothing here may take a lock or memory.
static _Noreturn void guard(int words) {
    // Neither the terminal nor the service manager may end it before the program that it waits for.
    setsid();
    prctl(PR_SET_NAME, "tacit-guard");
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    // The descriptors of the program stay open no longer than its own.
    if (words != 3) words = dup2(words, 3);
    closefrom(4);
    for (int end = 0; end < 3; end++) close(end);
    int group = 0;
    for (;;) {
        int next = 0;
        const ssize_t count = read(words, &next, sizeof next);
        if (count == (ssize_t)sizeof next) {
            group = next;
        } else if (count >= 0 || errno != EINTR) {
            break;
        }
    }
    if (group > 1 && kill(-group, SIGTERM) == 0) {
        const struct timespec moment = {.tv_nsec = 50000000};
        for (int i = 0; i < 20 && kill(-group, 0) == 0; i++) nanosleep(&moment, NULL);
        kill(-group, SIGKILL);
    }
    _exit(0);
}

int tacit_start_guard(int *words, int *process) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return errno;
    const pid_t child = fork();
    if (child < 0) {
        const int error = errno;
        close(ends[0]);
        close(ends[1]);
        return error;
    }
    if (child == 0) guard(ends[0]);
    close(ends[0]);
    *words = ends[1];
    *process = child;
    return 0;
}
