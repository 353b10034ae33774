// The table that `amx.c` makes, but with emulated registers, and plain C for all that AMX does not do.

#include "registers.h"

#define AMX
#define tacit_kernels_portable tacit_kernels_emulated
#include "portable.c"
