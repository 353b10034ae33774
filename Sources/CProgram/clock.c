#include "CTacitProgram.h"

#include <sys/timex.h>

int tacit_clock_is_kept(void) {
    // Modes of 0: asks, and sets nothing.
    struct timex clock = {0};
    if (adjtimex(&clock) < 0) return -1;
    return !(clock.status & STA_UNSYNC);
}
