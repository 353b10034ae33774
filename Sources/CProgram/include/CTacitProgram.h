// What a program does with itself and those that it starts, and C has calls for: its pages, its clocks, its signals, its children.

#ifndef TACIT_CPROGRAM_H
#define TACIT_CPROGRAM_H

#include <signal.h>

/// Gives back the code and the constants of the program and its libraries that only the start needed, which is most of
/// them: what is needed again comes back from the kernel's cache of the files. Libraries whose code was relocated where it
/// lies are left alone, and so is everything while a debugger looks on, for private changes to such pages would be lost.
void tacit_release_program_pages(void);

/// From now on a signal that only a fault of the program's or the machine's sends is told in one line on standard error,
/// with `name` in front, instead of a backtrace. The program then ends: with status 74 where a file that is mapped was cut
/// short (SIGBUS), which is named, or memory has run out, else by the signal itself, as before. Ctrl-\ ends it without a
/// word.
void tacit_tell_faults(const char *name);

/// Sends SIGINT, SIGTERM and SIGHUP, those of them that are in `signals`, on to a thread that waits for them, whichever
/// thread they arrive at: a library may have made threads before the program could block anything in them.
void tacit_forward_signals(unsigned long thread, const sigset_t *signals);

/// A descriptor that becomes readable when the process ends (Linux 5.3), to be closed by the caller; -1 where there is none.
int tacit_watch_process(int process);

/// The environment, ended by NULL. Nothing here changes it once there are threads.
char **tacit_environment(void);

/// A pipe that no child inherits, reading end first. 0, or -1 with errno set.
int tacit_make_pipe(int ends[2]);

/// Asks for room for so many bytes in a pipe; where the system does not allow that, it stays as it is.
void tacit_widen_pipe(int end, int bytes);

/// Starts a program in a process group of its own, with these three as its standard input, output and error: a negative one
/// is nothing to read from, or to write to. It inherits no other descriptor and no signal that is blocked or ignored here.
/// `words` and `environment` end with NULL; without `environment` it has this program's. 0, or the number of an error.
int tacit_spawn(
    const char *path, char *const words[], char *const environment[], int input, int output, int errors, int *process);

/// Starts a process that outlives this one for a moment: once no one can write to the pipe that `words` is set to the
/// writing end of, it ends the process group whose number (an `int`, 0 for none) was written there last: by SIGTERM, a
/// second later by SIGKILL. So a group ends with this program even if that is killed. Best called while the process is
/// small, for what is changed later is kept twice. 0, or the number of an error.
int tacit_start_guard(int *words, int *process);

/// Whether something keeps the wall clock right, as the kernel knows it: 1 or 0, -1 where it does not say.
int tacit_clock_is_kept(void);

#endif
