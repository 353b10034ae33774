// SwiftPM wants something to compile beside the header: that it is C which stands by itself is worth compiling.
#define _GNU_SOURCE
#include "tacit.h"

#include <dlfcn.h>

// A program that closes libtacit.so (dlclose) keeps it: threads that called it end later, and what Swift's runtime has them
// run then must still be there.
__attribute__((constructor)) static void stay(void) {
    Dl_info library;
    if (dladdr((void *)&stay, &library)) dlopen(library.dli_fname, RTLD_NOW | RTLD_NOLOAD | RTLD_NODELETE);
}
