#define _GNU_SOURCE
#include "CTacitProgram.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
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

int tacit_make_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }

void tacit_widen_pipe(int end, int bytes) { (void)fcntl(end, F_SETPIPE_SZ, bytes); }

/// The child's `end` is going to be `descriptor`; if that is negative, one from which nothing comes, or in which all is lost.
static void give(posix_spawn_file_actions_t *actions, int descriptor, int end) {
    if (descriptor >= 0) {
        posix_spawn_file_actions_adddup2(actions, descriptor, end);
    } else {
        posix_spawn_file_actions_addopen(actions, end, "/dev/null", end == STDIN_FILENO ? O_RDONLY : O_WRONLY, 0);
    }
}

int tacit_spawn(
    const char *path, char *const words[], char *const environment[], int input, int output, int errors, int *process) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    give(&actions, input, STDIN_FILENO);
    give(&actions, output, STDOUT_FILENO);
    give(&actions, errors, STDERR_FILENO);
    posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t signals;
    sigemptyset(&signals);
    posix_spawnattr_setsigmask(&attributes, &signals);
    sigfillset(&signals);
    posix_spawnattr_setsigdefault(&attributes, &signals);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(
        &attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    pid_t child = 0;
    const int error = posix_spawn(&child, path, &actions, &attributes, words, environment ? environment : environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    *process = child;
    return error;
}
