// libjpeg's encoder behind a call that returns.
#ifndef TACIT_CJPEG_WRITER_H
#define TACIT_CJPEG_WRITER_H

#include <stddef.h>
#include <stdint.h>

// A picture of [height][width][channels], 1 (grey) or 3 (RGB), as JPEG of a quality from 1 to 100, to be given back by
// free(). NULL if there is no memory, or more than 65,500 pixels a side.
uint8_t *tacit_jpeg_encode(
    const uint8_t *pixels, uint32_t width, uint32_t height, uint32_t channels, size_t bytes_per_row, int quality,
    size_t *count);

#endif
