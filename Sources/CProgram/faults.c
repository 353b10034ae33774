#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "CTacitProgram.h"

static const char *program;

static void put(const char *text) {
    // Nowhere to say that it can't be said.
    if (write(STDERR_FILENO, text, strlen(text)) < 0) return;
}

// Whether so little memory is left that a request for it was refused: Swift ends the program then (by SIGABRT, older ones by
// SIGILL), and says nowhere that this was why. Models and streams ask for no more than 16 MiB in one piece without looking at the
// answer. A large picture, a data set or a file of labels may: refused that much with more than 16 MiB left, it looks like a fault.
// Where there is not even room for its words, Swift reads them from nowhere (SIGSEGV), for which less must be left.
static int is_short_of_memory(int number) {
    const size_t little = number == SIGSEGV ? 1 << 20 : 16 << 20;
    void *probe = mmap(NULL, little, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (probe == MAP_FAILED) return 1;
    munmap(probe, little);
    return 0;
}

static const char *reason(int number) {
    switch (number) {
    case SIGBUS: return "a file that is in use was cut short, or memory has failed";
    case SIGILL:
    case SIGTRAP: return "a check within the program failed, which is a fault of its own: please report it";
    case SIGSEGV:
        return "the program touched memory that is not its own, which is a fault of its own: please report it";
    case SIGFPE: return "the program divided by zero, which is a fault of its own: please report it";
    default: return "the program gave up, which is a fault of its own or a lack of memory";
    }
}

// Puts the name of the file that is mapped at an address, if there is one, as Linux lists it. Without the C library's own
// readers, which may wait for whoever was struck.
static void put_file_at(uintptr_t address) {
    static char bytes[4096], name[4200];
    const int list = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
    if (list < 0) return;
    // A line is START-END ... NAME, and a file's name is all that has a slash in it.
    uintptr_t bounds[2] = {0, 0};
    size_t bound = 0, length = 0;
    for (ssize_t count; (count = read(list, bytes, sizeof bytes)) > 0;) {
        for (ssize_t i = 0; i < count; i++) {
            const char c = bytes[i];
            if (c == '\n') {
                name[length] = 0;
                if (length > 0 && address >= bounds[0] && address < bounds[1]) {
                    put(name);
                    put(": ");
                    close(list);
                    return;
                }
                bounds[0] = bounds[1] = bound = length = 0;
            } else if (length > 0 || c == '/') {
                // Nothing that a terminal would obey.
                if (length < sizeof name - 1) name[length++] = (unsigned char)c < 0x20 || c == 0x7f ? '?' : c;
            } else if (bound < 2) {
                const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
                if (digit < 0) {
                    bound++;
                } else {
                    bounds[bound] = bounds[bound] * 16 + (uintptr_t)digit;
                }
            }
        }
    }
    close(list);
}

static void tell(int number, siginfo_t *information, void *context) {
    (void)context;
    put(program);
    if (number != SIGBUS && number != SIGFPE && is_short_of_memory(number)) {
        put(": no memory is left for what is to be done\n");
        // EX_IOERR, as where memory is refused with a look at the answer.
        _exit(74);
    }
    put(": ");
    // Somebody's kill has no address.
    if (number == SIGBUS && information->si_code > 0) put_file_at((uintptr_t)information->si_addr);
    put(reason(number));
    put("\n");
    // EX_IOERR.
    if (number == SIGBUS) _exit(74);
    signal(number, SIG_DFL);
    raise(number);
}

void tacit_tell_faults(const char *name) {
    static const int numbers[] = {SIGBUS, SIGILL, SIGTRAP, SIGSEGV, SIGFPE, SIGABRT, SIGSYS};
    // What overflowed has no room for a handler; a signal saves up to 11 KB of registers where there are AMX ones.
    static char stack[32768];
    const stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
    sigaltstack(&alternate, NULL);
    program = name;
    struct sigaction action = {.sa_sigaction = tell, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
    // Whoever started the program may have blocked them.
    sigset_t unblocked;
    sigemptyset(&unblocked);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        sigaction(numbers[i], &action, NULL);
        sigaddset(&unblocked, numbers[i]);
    }
    pthread_sigmask(SIG_UNBLOCK, &unblocked, NULL);
    signal(SIGQUIT, SIG_DFL);
}
