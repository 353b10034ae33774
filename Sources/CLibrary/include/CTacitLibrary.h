// Shared libraries that are loaded when they are asked for: nothing links them, and nothing needs their headers.
#ifndef TACIT_CLIBRARY_H
#define TACIT_CLIBRARY_H

#include <stdbool.h>

// A function's name in a library, and the pointer that gets its address.
typedef struct {
    const char *name;
    void **pointer;
} tacit_symbol;

#define TACIT_SYMBOL(pointer, name) {name, (void **)&pointer}

typedef struct {
    // As the loader looks for it: "libgif.so.7".
    const char *file;
    // Ended by one without a name.
    const tacit_symbol *symbols;
    // Called once, when every function is there; 0 if the library can be used. May be NULL.
    int (*start)(void);
    bool is_loaded;
} tacit_library;

// Loads a library with all its functions, the first time; from any thread. It is never unloaded: threads of its own may be
// within it. What fails is tried again by the next call, since the library may be there by then.
//
// Returns NULL, or why it can't be had, in words that hold until the same thread calls again.
const char *tacit_library_load(tacit_library *library);

#endif
