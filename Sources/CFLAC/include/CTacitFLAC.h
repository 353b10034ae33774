// libFLAC, which calls back, behind calls that return: a frame at a time.
#ifndef TACIT_CFLAC_H
#define TACIT_CFLAC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "CTacitFLACWriter.h"

typedef struct tacit_flac tacit_flac;

// Puts up to `count` bytes into `buffer`; 0 is the end, -1 a failure.
typedef long (*tacit_flac_supply)(void *context, uint8_t *buffer, size_t count);

typedef enum {
    // `samples` holds a frame.
    tacit_flac_frame,
    tacit_flac_end,
    // What was expected to be a frame is none, or is damaged; the next call goes on with the next good one.
    tacit_flac_damage,
    // The supply failed, or there is no memory.
    tacit_flac_failure,
} tacit_flac_event;

typedef struct {
    // Samples a channel that the header states; 0 if it states none.
    uint64_t stated;
    // Of the last frame: hertz, channels and samples a channel.
    uint32_t rate;
    uint32_t channels;
    uint32_t count;
    // Samples a channel in front of it, by its own header.
    uint64_t number;
    // Interleaved, -1...1, valid until the next call.
    const float *samples;
} tacit_flac_block;

// NULL if there is no memory. `is_ogg`: whether the stream comes in Ogg's pages.
tacit_flac *tacit_flac_create(bool is_ogg, tacit_flac_supply supply, void *context);
void tacit_flac_destroy(tacit_flac *flac);

// Decodes the next frame.
tacit_flac_event tacit_flac_next(tacit_flac *flac, tacit_flac_block *block);

#endif
