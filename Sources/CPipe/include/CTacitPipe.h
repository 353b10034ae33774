// What glibc has for pipes beyond POSIX.
#ifndef TACIT_CPIPE_H
#define TACIT_CPIPE_H

#include <stddef.h>

// Waits for bytes in a pipe and copies up to `count` of the next ones, which stay there to be read.
//
// Returns how many: 0 at the end, -1 for what is no pipe.
long tacit_pipe_look(int descriptor, void *buffer, size_t count);

#endif
