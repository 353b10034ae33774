#include "CTacitLibrary.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static _Thread_local char problem[200];

static const char *load(tacit_library *library) {
    if (library->is_loaded) return NULL;
    void *handle = dlopen(library->file, RTLD_NOW | RTLD_LOCAL);
    if (!handle) {
        const char *reason = dlerror();
        snprintf(problem, sizeof problem, "%s", reason ? reason : "can't be loaded");
        return problem;
    }
    for (const tacit_symbol *symbol = library->symbols; symbol->name; symbol++) {
        *symbol->pointer = dlsym(handle, symbol->name);
        if (*symbol->pointer) continue;
        snprintf(problem, sizeof problem, "%s has no %s", library->file, symbol->name);
        return problem;
    }
    if (library->start && library->start() != 0) {
        snprintf(problem, sizeof problem, "%s can't be started", library->file);
        return problem;
    }
    library->is_loaded = true;
    return NULL;
}

const char *tacit_library_load(tacit_library *library) {
    pthread_mutex_lock(&lock);
    const char *words = load(library);
    pthread_mutex_unlock(&lock);
    return words;
}
