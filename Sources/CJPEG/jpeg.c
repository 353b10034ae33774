#include "CTacitJPEG.h"

#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <jpeglib.h>
#include <jerror.h>

// More scans than any encoder writes: a file of many empty ones would keep a machine busy for hours.
enum { most_scans = 200 };

// A progressive picture is kept whole while it is decoded, at up to 6 bytes a pixel; any other one line by line.
enum { most_pixels_at_all = 1 << 28, most_pixels_progressive = 1 << 27 };

struct tacit_jpeg {
    struct jpeg_decompress_struct decoder;
    struct jpeg_error_mgr errors;
    struct jpeg_progress_mgr progress;
    jmp_buf failure;
    char *message;
    bool is_decoding;
};

static void fail(j_common_ptr common) {
    tacit_jpeg *jpeg = common->client_data;
    const char *words;
    switch (common->err->msg_code) {
    case JWRN_HIT_MARKER:
    case JERR_INPUT_EMPTY:
    case JERR_INPUT_EOF: words = "it ends early, or is damaged"; break;
    case JERR_ARITH_NOTIMPL:
    case JERR_BAD_PRECISION:
    case JERR_CONVERSION_NOTIMPL:
    case JERR_NOTIMPL:
    case JERR_SOF_UNSUPPORTED: words = "it is of a rare kind that is not read here"; break;
    case JERR_OUT_OF_MEMORY: words = "no memory to read it"; break;
    default: words = "it is damaged";
    }
    const int length = snprintf(jpeg->message, tacit_jpeg_message_size, "%s", words);
    // A progressive picture has nothing whole before its end.
    const struct jpeg_decompress_struct *decoder = &jpeg->decoder;
    if (jpeg->is_decoding && !decoder->progressive_mode)
        snprintf(jpeg->message + length, tacit_jpeg_message_size - (size_t)length, ", at about row %llu of %u",
            (unsigned long long)decoder->output_scanline * decoder->image_height / decoder->output_height,
            decoder->image_height);
    longjmp(jpeg->failure, 1);
}

// What the library calls a warning is often damage. What is left alone: bytes between segments and marks of other
// versions, which cameras are known to write.
static void judge(j_common_ptr common, int level) {
    if (level >= 0) return;
    common->err->num_warnings++;
    switch (common->err->msg_code) {
    // An end that comes early is told by what it lacks: JWRN_HIT_MARKER, or bits of a progressive picture.
    case JWRN_JPEG_EOF:
    case JWRN_EXTRANEOUS_DATA:
    case JWRN_JFIF_MAJOR:
    case JWRN_ADOBE_XFORM:
    case JWRN_TOO_MUCH_DATA: return;
    default: fail(common);
    }
}

static void say_nothing(j_common_ptr common) { (void)common; }

static void watch_scans(j_common_ptr common) {
    if (common->is_decompressor && ((j_decompress_ptr)common)->input_scan_number > most_scans) {
        tacit_jpeg *jpeg = common->client_data;
        snprintf(jpeg->message, tacit_jpeg_message_size, "more than %d scans", most_scans);
        longjmp(jpeg->failure, 1);
    }
}

tacit_jpeg *tacit_jpeg_create(void) {
    char unused[tacit_jpeg_message_size];
    tacit_jpeg *jpeg = calloc(1, sizeof *jpeg);
    if (!jpeg) return NULL;
    jpeg->message = unused;
    jpeg->decoder.err = jpeg_std_error(&jpeg->errors);
    jpeg->decoder.client_data = jpeg;
    jpeg->errors.error_exit = fail;
    jpeg->errors.emit_message = judge;
    jpeg->errors.output_message = say_nothing;
    if (setjmp(jpeg->failure)) {
        free(jpeg);
        return NULL;
    }
    jpeg_create_decompress(&jpeg->decoder);
    jpeg->decoder.client_data = jpeg;
    jpeg->progress.progress_monitor = watch_scans;
    jpeg->decoder.progress = &jpeg->progress;
    return jpeg;
}

void tacit_jpeg_destroy(tacit_jpeg *jpeg) {
    if (!jpeg) return;
    jpeg_destroy_decompress(&jpeg->decoder);
    free(jpeg);
}

int tacit_jpeg_read_header(
    tacit_jpeg *jpeg, const uint8_t *bytes, size_t count, size_t most_pixels, tacit_jpeg_header *header,
    char *message) {
    jpeg->message = message;
    jpeg->is_decoding = false;
    jpeg_abort_decompress(&jpeg->decoder);
    if (setjmp(jpeg->failure)) {
        jpeg_abort_decompress(&jpeg->decoder);
        return -1;
    }
    jpeg_mem_src(&jpeg->decoder, bytes, count);
    jpeg_read_header(&jpeg->decoder, TRUE);
    switch (jpeg->decoder.jpeg_color_space) {
    case JCS_GRAYSCALE: jpeg->decoder.out_color_space = JCS_GRAYSCALE; break;
    case JCS_CMYK:
    case JCS_YCCK: jpeg->decoder.out_color_space = JCS_CMYK; break;
    default: jpeg->decoder.out_color_space = JCS_RGB;
    }
    const size_t pixels = (size_t)jpeg->decoder.image_width * jpeg->decoder.image_height;
    if (pixels > (jpeg->decoder.progressive_mode ? most_pixels_progressive : most_pixels_at_all)) {
        snprintf(message, tacit_jpeg_message_size, "%u x %u pixels, which is too many", jpeg->decoder.image_width,
            jpeg->decoder.image_height);
        longjmp(jpeg->failure, 1);
    }
    jpeg->decoder.scale_num = 1;
    jpeg->decoder.scale_denom = 1;
    jpeg_calc_output_dimensions(&jpeg->decoder);
    while ((size_t)jpeg->decoder.output_width * jpeg->decoder.output_height > most_pixels
        && jpeg->decoder.scale_denom < 8) {
        jpeg->decoder.scale_denom *= 2;
        jpeg_calc_output_dimensions(&jpeg->decoder);
    }
    header->width = jpeg->decoder.output_width;
    header->height = jpeg->decoder.output_height;
    header->channels = jpeg->decoder.out_color_space == JCS_GRAYSCALE ? 1
        : jpeg->decoder.out_color_space == JCS_CMYK                   ? 4
                                                                      : 3;
    return 0;
}

// Whether the scans of a progressive picture, all of which have been read, hold every bit of every coefficient.
static bool has_all_bits(j_decompress_ptr decoder) {
    if (!decoder->coef_bits) return true;
    for (int component = 0; component < decoder->num_components; component++)
        for (int i = 0; i < DCTSIZE2; i++)
            if (decoder->coef_bits[component][i] > 0) return false;
    return true;
}

int tacit_jpeg_decode(tacit_jpeg *jpeg, uint8_t *pixels, size_t capacity, char *message) {
    jpeg->message = message;
    if (setjmp(jpeg->failure)) {
        jpeg_abort_decompress(&jpeg->decoder);
        return -1;
    }
    jpeg_start_decompress(&jpeg->decoder);
    const size_t row = (size_t)jpeg->decoder.output_width * jpeg->decoder.output_components;
    if (capacity / row < jpeg->decoder.output_height) {
        snprintf(message, tacit_jpeg_message_size, "the header and the picture disagree");
        jpeg_abort_decompress(&jpeg->decoder);
        return -1;
    }
    jpeg->is_decoding = true;
    while (jpeg->decoder.output_scanline < jpeg->decoder.output_height) {
        JSAMPROW target = pixels + jpeg->decoder.output_scanline * row;
        jpeg_read_scanlines(&jpeg->decoder, &target, 1);
    }
    if (jpeg->decoder.progressive_mode && !has_all_bits(&jpeg->decoder)) {
        snprintf(message, tacit_jpeg_message_size, "the file ends early");
        jpeg_abort_decompress(&jpeg->decoder);
        return -1;
    }
    jpeg_finish_decompress(&jpeg->decoder);
    return 0;
}
