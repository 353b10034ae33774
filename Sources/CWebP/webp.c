#include "CTacitWebP.h"

#include <CTacitLibrary.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

// A lossless picture is kept whole while it is decoded, at 4 bytes a pixel or more; of any other one only its alpha is. More
// than the second number the format can't hold.
enum { most_pixels_lossless = 1 << 27, most_pixels_at_all = 1 << 28 };

#define POINTER(result, name, parameters) static result(*the_##name) parameters;
TACIT_WEBP_FUNCTIONS(POINTER, struct tacit_webp_features, struct tacit_webp_configuration)

#define SYMBOL(result, name, parameters) TACIT_SYMBOL(the_##name, #name),
static const tacit_symbol symbols[] = {
    TACIT_WEBP_FUNCTIONS(SYMBOL, struct tacit_webp_features, struct tacit_webp_configuration) {0}};

const char *tacit_webp_load(void) {
    static tacit_library library = {.file = "libwebp.so.7", .symbols = symbols};
    return tacit_library_load(&library);
}

static uint32_t number(const uint8_t *bytes, int count) {
    uint32_t value = 0;
    for (int i = 0; i < count; i++) value |= (uint32_t)bytes[i] << 8 * i;
    return value;
}

const uint8_t *tacit_webp_chunk(const uint8_t *bytes, size_t count, size_t from, const char *name, size_t *length) {
    for (size_t place = from; place <= count && count - place >= 8;) {
        const size_t size = number(bytes + place + 4, 4), rest = count - place - 8;
        if (!memcmp(bytes + place, name, 4)) {
            *length = size < rest ? size : rest;
            return bytes + place + 8;
        }
        // Contents are filled up to an even number.
        if (size + (size & 1) > rest) break;
        place += 8 + size + (size & 1);
    }
    return NULL;
}

static int fail(int status, const uint8_t *bytes, size_t count, char *message) {
    switch (status) {
    case tacit_webp_no_memory: snprintf(message, tacit_webp_message_size, "no memory to read it"); break;
    case tacit_webp_suspended:
    case tacit_webp_not_enough:
        if (count >= 8 && number(bytes + 4, 4) > count - 8) {
            snprintf(message, tacit_webp_message_size, "the file ends after %zu of its %llu bytes", count,
                (unsigned long long)number(bytes + 4, 4) + 8);
            break;
        }
        // The file is whole, but not what its parts say of their lengths.
        // fall through
    default: snprintf(message, tacit_webp_message_size, "it is damaged");
    }
    return -1;
}

// Where an animation's first frame lies. Returns a status as the library has them.
static int find_frame(const uint8_t *bytes, size_t count, tacit_webp_header *header) {
    enum { frame_header = 16, damaged = -1 };
    size_t length = 0;
    const uint8_t *frame = tacit_webp_chunk(bytes, count, 12, "ANMF", &length);
    if (!frame || length < frame_header) return tacit_webp_not_enough;
    header->left = 2 * number(frame, 3);
    header->top = 2 * number(frame + 3, 3);
    header->frame_width = number(frame + 6, 3) + 1;
    header->frame_height = number(frame + 9, 3) + 1;
    header->start = (size_t)(frame - bytes) + frame_header;
    header->count = length - frame_header;
    const bool fits = header->left <= header->width && header->frame_width <= header->width - header->left
        && header->top <= header->height && header->frame_height <= header->height - header->top;
    return fits ? tacit_webp_ok : damaged;
}

int tacit_webp_read_header(
    const uint8_t *bytes, size_t count, size_t most_pixels, tacit_webp_header *header, char *message) {
    struct tacit_webp_features features = {0};
    int status = the_WebPGetFeaturesInternal(bytes, count, &features, tacit_webp_interface);
    if (status != tacit_webp_ok) return fail(status, bytes, count, message);
    if (features.width <= 0 || features.height <= 0) return fail(-1, bytes, count, message);
    *header = (tacit_webp_header){
        .width = (uint32_t)features.width,
        .height = (uint32_t)features.height,
        .count = count,
        .size = count,
        .frame_width = (uint32_t)features.width,
        .frame_height = (uint32_t)features.height,
    };
    if (features.has_animation) {
        status = find_frame(bytes, count, header);
        if (status != tacit_webp_ok) return fail(status, bytes, count, message);
        status = the_WebPGetFeaturesInternal(bytes + header->start, header->count, &features, tacit_webp_interface);
        if (status != tacit_webp_ok) return fail(status, bytes, count, message);
        if (features.has_animation || (uint32_t)features.width != header->frame_width
            || (uint32_t)features.height != header->frame_height)
            return fail(-1, bytes, count, message);
    }
    header->channels = features.has_alpha ? 4 : 3;
    const uint64_t pixels = (uint64_t)header->width * header->height;
    const bool is_part = header->frame_width != header->width || header->frame_height != header->height;
    if (pixels > (is_part ? most_pixels : features.format == tacit_webp_lossless ? most_pixels_lossless : most_pixels_at_all)) {
        snprintf(message, tacit_webp_message_size, "%u x %u pixels, which is too many", header->width, header->height);
        return -1;
    }
    for (uint32_t part = 2; (uint64_t)header->width * header->height > most_pixels && part <= 8; part *= 2) {
        header->width = (header->frame_width + part - 1) / part;
        header->height = (header->frame_height + part - 1) / part;
    }
    return 0;
}

int tacit_webp_decode(
    const uint8_t *bytes, const tacit_webp_header *header, uint8_t *pixels, size_t capacity, char *message) {
    struct tacit_webp_configuration configuration;
    if (!the_WebPInitDecoderConfigInternal(&configuration, tacit_webp_interface)) {
        snprintf(message, tacit_webp_message_size, "libwebp.so.7 is of another kind than this program knows");
        return -1;
    }
    const size_t row = (size_t)header->width * header->channels;
    if (capacity / row < header->height) return fail(-1, bytes, header->size, message);
    const bool is_smaller = header->width < header->frame_width || header->height < header->frame_height;
    if (!is_smaller && (header->frame_width < header->width || header->frame_height < header->height))
        memset(pixels, 0, row * header->height);
    if (is_smaller) {
        configuration.options.use_scaling = 1;
        configuration.options.scaled_width = (int)header->width;
        configuration.options.scaled_height = (int)header->height;
    }
    const size_t start = header->top * row + (size_t)header->left * header->channels;
    configuration.output.colorspace = header->channels == 4 ? tacit_webp_rgba : tacit_webp_rgb;
    configuration.output.is_external_memory = 1;
    configuration.output.u.RGBA.rgba = pixels + start;
    configuration.output.u.RGBA.stride = (int)row;
    configuration.output.u.RGBA.size = row * header->height - start;
    const int status = the_WebPDecode(bytes + header->start, header->count, &configuration);
    return status == tacit_webp_ok ? 0 : fail(status, bytes, header->size, message);
}
