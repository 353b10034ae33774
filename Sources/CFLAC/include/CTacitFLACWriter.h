// libFLAC's encoder, writing to a descriptor: 16 bits, one channel.
#ifndef TACIT_CFLAC_WRITER_H
#define TACIT_CFLAC_WRITER_H

#include <stddef.h>
#include <stdint.h>

typedef struct tacit_flac_writer tacit_flac_writer;

// Writes at the descriptor's place, which is 0, and goes back there at the end. NULL if there is no memory or the header
// can't be written, with the reason in `error` as errno has it.
tacit_flac_writer *tacit_flac_writer_create(int descriptor, uint32_t rate, int *error);

// Returns 0, or what errno said of the write that failed.
int tacit_flac_writer_write(tacit_flac_writer *writer, const int16_t *samples, size_t count);

// Writes what is left and the header anew, and gives everything back but the descriptor. Returns as `write` does.
int tacit_flac_writer_finish(tacit_flac_writer *writer);

#endif
