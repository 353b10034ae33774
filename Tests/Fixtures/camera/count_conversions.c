// Counts what a program asks of libv4l2: preloaded into it, each call is a byte at the end of the file CAMERA_CONVERSIONS, and
// goes on to the library.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

static void *counted(const char *name) {
    const char *path = getenv("CAMERA_CONVERSIONS");
    // By number, so that no library in front of the C library's sees it.
    const int file = path ? syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;
    if (file >= 0) {
        (void)!write(file, ".", 1);
        syscall(SYS_close, file);
    }
    return dlsym(RTLD_NEXT, name);
}

int v4l2_open(const char *path, int flags, ...) {
    int (*next)(const char *, int, ...) = counted("v4l2_open");
    return next(path, flags, 0);
}

int v4l2_fd_open(int device, int flags) {
    int (*next)(int, int) = counted("v4l2_fd_open");
    return next(device, flags);
}

int v4l2_close(int device) {
    int (*next)(int) = counted("v4l2_close");
    return next(device);
}

int v4l2_ioctl(int device, unsigned long request, ...) {
    va_list rest;
    va_start(rest, request);
    void *argument = va_arg(rest, void *);
    va_end(rest);
    int (*next)(int, unsigned long, ...) = counted("v4l2_ioctl");
    return next(device, request, argument);
}

void *v4l2_mmap(void *start, size_t length, int protection, int flags, int device, int64_t offset) {
    void *(*next)(void *, size_t, int, int, int, int64_t) = counted("v4l2_mmap");
    return next(start, length, protection, flags, device, offset);
}

int v4l2_munmap(void *start, size_t length) {
    int (*next)(void *, size_t) = counted("v4l2_munmap");
    return next(start, length);
}
