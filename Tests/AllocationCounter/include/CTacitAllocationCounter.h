#ifndef TACIT_ALLOCATION_COUNTER_H
#define TACIT_ALLOCATION_COUNTER_H

#include <stddef.h>

/// How often this thread has asked for heap memory. Linking this library puts a counter before the C library's malloc
/// and its relatives.
size_t tacit_allocations_on_this_thread(void);

#endif
