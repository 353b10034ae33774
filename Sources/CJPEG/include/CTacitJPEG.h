// libjpeg-turbo behind calls that return: its errors jump out of the middle of C code, which Swift can't be part of.
#ifndef CJPEG_H
#define CJPEG_H

#include <stddef.h>
#include <stdint.h>

#include "CTacitJPEGWriter.h"

// JMSG_LENGTH_MAX
enum { tacit_jpeg_message_size = 200 };

typedef struct {
    uint32_t width;
    uint32_t height;
    // Of the decoded picture: 1 grey, 3 RGB, 4 CMYK as Adobe's programs write it, inverted.
    uint32_t channels;
} tacit_jpeg_header;

typedef struct tacit_jpeg tacit_jpeg;

// A decoder, to be used for one picture after another. NULL if there is no memory.
tacit_jpeg *tacit_jpeg_create(void);
void tacit_jpeg_destroy(tacit_jpeg *jpeg);

// Reads what stands before the pixels, and takes memory only for that. `bytes` must stay until the picture is decoded.
// A picture of more than `most_pixels` is to be decoded at the first of 1/2, 1/4, 1/8 of its size that has no more; the
// header is then that of the smaller one.
// Returns 0, or -1 with a reason in `message`.
int tacit_jpeg_read_header(
    tacit_jpeg *jpeg, const uint8_t *bytes, size_t count, size_t most_pixels, tacit_jpeg_header *header, char *message);

// Decodes the picture whose header was read last, to [height][width][channels]. Returns 0, or -1 with a reason in
// `message`: also for data that ends early or is damaged, where the library alone would make up the rest. An end marker that is
// missing behind all the pixels does no harm.
int tacit_jpeg_decode(tacit_jpeg *jpeg, uint8_t *pixels, size_t capacity, char *message);

#endif
