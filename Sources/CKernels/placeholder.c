#include "CKernels.h"
int tacit_kernels_placeholder(void) { return 0; }
