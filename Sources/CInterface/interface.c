// SwiftPM wants something to compile beside the header: that it is C which stands by itself is worth compiling.
#include "tacit.h"
