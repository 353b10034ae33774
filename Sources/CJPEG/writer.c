#include "CTacitJPEGWriter.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <jpeglib.h>

struct failing {
    struct jpeg_error_mgr errors;
    jmp_buf failure;
};

static void fail(j_common_ptr common) { longjmp(((struct failing *)common->err)->failure, 1); }

static void say_nothing(j_common_ptr common) { (void)common; }

uint8_t *tacit_jpeg_encode(
    const uint8_t *pixels, uint32_t width, uint32_t height, uint32_t channels, size_t bytes_per_row, int quality,
    size_t *count) {
    struct jpeg_compress_struct encoder;
    struct failing failing;
    unsigned char *bytes = NULL;
    unsigned long size = 0;
    encoder.err = jpeg_std_error(&failing.errors);
    failing.errors.error_exit = fail;
    failing.errors.output_message = say_nothing;
    jpeg_create_compress(&encoder);
    if (setjmp(failing.failure)) {
        jpeg_destroy_compress(&encoder);
        return NULL;
    }
    jpeg_mem_dest(&encoder, &bytes, &size);
    encoder.image_width = width;
    encoder.image_height = height;
    encoder.input_components = (int)channels;
    encoder.in_color_space = channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
    jpeg_set_defaults(&encoder);
    jpeg_set_quality(&encoder, quality, TRUE);
    jpeg_start_compress(&encoder, TRUE);
    while (encoder.next_scanline < encoder.image_height) {
        JSAMPROW row = (JSAMPROW)(pixels + encoder.next_scanline * bytes_per_row);
        jpeg_write_scanlines(&encoder, &row, 1);
    }
    jpeg_finish_compress(&encoder);
    *count = size;
    jpeg_destroy_compress(&encoder);
    return bytes;
}
