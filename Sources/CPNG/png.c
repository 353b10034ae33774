#include "CTacitPNG.h"

#include <png.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    const uint8_t *bytes;
    size_t count;
    size_t position;
    char *message;
    // Whether more was wanted than there is.
    bool has_ended;
    // Whether all pixels are there.
    bool has_pixels;
    // The row that is read, counted from 1, of so many; 0 where rows don't come in their order.
    uint32_t row, rows;
} source;

static void fail(png_structp png, png_const_charp reason) {
    (void)reason;
    source *from = png_get_error_ptr(png);
    const char *words = from->has_ended ? "the file ends early" : "it is damaged";
    if (from->row > 0)
        snprintf(from->message, tacit_png_message_size, "%s, in row %u of %u", words, from->row, from->rows);
    else
        snprintf(from->message, tacit_png_message_size, "%s", words);
    longjmp(png_jmpbuf(png), 1);
}

// libpng goes on after these: a wrong checksum of a text, an unknown chunk.
static void ignore(png_structp png, png_const_charp reason) {
    (void)png;
    (void)reason;
}

static void supply(png_structp png, png_bytep target, size_t count) {
    source *from = png_get_io_ptr(png);
    if (count > from->count - from->position) {
        from->has_ended = true;
        png_error(png, "ends early");
    }
    memcpy(target, from->bytes + from->position, count);
    from->position += count;
}

// A reader of `from` and a place for what it tells of the picture; NULL, and why in the message, without memory for them.
static png_structp make(source *from, png_infop *info) {
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, from, fail, ignore);
    *info = png ? png_create_info_struct(png) : NULL;
    if (*info) return png;
    snprintf(from->message, tacit_png_message_size, "no memory to read it");
    png_destroy_read_struct(&png, NULL, NULL);
    return NULL;
}

// What both calls begin with: up to the first pixel, with the transformations that lead to 8 bits a channel.
static void begin(png_structp png, png_infop info, source *from) {
    png_set_read_fn(png, from, supply);
    png_set_user_limits(png, 0x7fffffff, 0x7fffffff);
    // Texts and profiles are of no use here, and may be made to unpack to anything.
    png_set_chunk_malloc_max(png, 1 << 20);
    png_set_chunk_cache_max(png, 64);
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, 0);
    // libpng takes as much memory for this one as its length says, before it looks for the bytes.
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, (png_const_bytep)"eXIf", 1);
    png_read_info(png, info);
    png_set_expand(png);
    png_set_scale_16(png);
}

int tacit_png_read_header(const uint8_t *bytes, size_t count, tacit_png_header *header, char *message) {
    source from = {bytes, count, 0, message, false, false, 0, 0};
    png_infop info;
    png_structp png = make(&from, &info);
    if (!png) return -1;
    if (setjmp(png_jmpbuf(png))) {
        png_destroy_read_struct(&png, &info, NULL);
        return -1;
    }
    begin(png, info, &from);
    header->width = png_get_image_width(png, info);
    header->height = png_get_image_height(png, info);
    int type = png_get_color_type(png, info);
    int alpha = (type & PNG_COLOR_MASK_ALPHA) || png_get_valid(png, info, PNG_INFO_tRNS);
    header->channels = ((type & PNG_COLOR_MASK_COLOR) ? 3 : 1) + (alpha ? 1 : 0);
    png_destroy_read_struct(&png, &info, NULL);
    return 0;
}

int tacit_png_decode(
    const uint8_t *bytes, size_t count, const tacit_png_header *header, uint8_t *pixels, size_t capacity,
    char *message) {
    source from = {bytes, count, 0, message, false, false, 0, 0};
    png_infop info;
    png_structp png = make(&from, &info);
    if (!png) return -1;
    if (setjmp(png_jmpbuf(png))) {
        png_destroy_read_struct(&png, &info, NULL);
        // A file that was cut behind its last row lacks nothing but marks.
        return from.has_pixels && from.has_ended ? 0 : -1;
    }
    begin(png, info, &from);
    const int passes = png_set_interlace_handling(png);
    png_read_update_info(png, info);
    const size_t row = png_get_rowbytes(png, info);
    const uint32_t height = png_get_image_height(png, info);
    if (png_get_image_width(png, info) != header->width || height != header->height
        || row != (size_t)header->width * header->channels || capacity / row < height) {
        png_error(png, "the header and the picture disagree");
    }
    from.rows = height;
    for (int pass = 0; pass < passes; pass++) {
        for (uint32_t y = 0; y < height; y++) {
            if (passes == 1) from.row = y + 1;
            png_read_row(png, pixels + y * row, NULL);
        }
    }
    from.has_pixels = true;
    from.row = 0;
    png_read_end(png, NULL);
    png_destroy_read_struct(&png, &info, NULL);
    return 0;
}
