#include "CTacitProgram.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>

static pthread_t receiver;

static void forward(int number)
{
    const int saved = errno;
    pthread_kill(receiver, number);
    errno = saved;
}

void tacit_forward_signals(unsigned long thread, const sigset_t *signals)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    receiver = (pthread_t)thread;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        if (!sigismember(signals, numbers[i])) {
            continue;
        }
        struct sigaction action = {.sa_handler = forward, .sa_flags = SA_RESTART};
        sigemptyset(&action.sa_mask);
        sigaction(numbers[i], &action, NULL);
    }
}
