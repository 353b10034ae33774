// libpng behind calls that return: its errors jump out of the middle of C code, which Swift can't be part of.
#ifndef CPNG_H
#define CPNG_H

#include <stddef.h>
#include <stdint.h>

enum { tacit_png_message_size = 160 };

typedef struct {
    uint32_t width;
    uint32_t height;
    // Of the decoded picture: 1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha.
    uint32_t channels;
} tacit_png_header;

// Reads what stands before the pixels, and takes memory only for that. Returns 0, or -1 with a reason in `message`.
int tacit_png_read_header(const uint8_t *bytes, size_t count, tacit_png_header *header, char *message);

// Decodes to 8 bits a channel, [height][width][channels] as the header read before has them: palettes and fewer bits
// are expanded, 16 bits are scaled, a transparent colour becomes alpha. Returns 0, or -1 with a reason in `message`.
int tacit_png_decode(
    const uint8_t *bytes, size_t count, const tacit_png_header *header, uint8_t *pixels, size_t capacity,
    char *message);

#endif
