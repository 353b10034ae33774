#include <alsa/asoundlib.h>

/// Takes libasound's own remarks, which go to standard error otherwise, and drops them.
static inline void tacit_alsa_ignore(
    const char *file, int line, const char *function, int error, const char *format, ...) {
    (void)file, (void)line, (void)function, (void)error, (void)format;
}

/// Keeps libasound from writing to standard error. (A handler has variable arguments, which Swift can't name.)
static inline void tacit_alsa_silence(void) { snd_lib_error_set_handler(tacit_alsa_ignore); }
