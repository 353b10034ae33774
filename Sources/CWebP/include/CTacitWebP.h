// libwebp, loaded when the first WebP is met: nothing links it, and nothing needs its header to be built.
#ifndef TACIT_CWEBP_H
#define TACIT_CWEBP_H

#include <stddef.h>
#include <stdint.h>

enum { tacit_webp_message_size = 160 };

// As libwebp.so.7 has them, of the interface of this number: those of its upper byte are alike.
enum { tacit_webp_interface = 0x0209 };

struct tacit_webp_features {
    int width;
    int height;
    int has_alpha;
    int has_animation;
    int format;
    uint32_t pad[5];
};

struct tacit_webp_buffer {
    int colorspace;
    int width, height;
    int is_external_memory;
    union {
        struct {
            uint8_t *rgba;
            int stride;
            size_t size;
        } RGBA;
        struct {
            uint8_t *y, *u, *v, *a;
            int y_stride;
            int u_stride, v_stride;
            int a_stride;
            size_t y_size;
            size_t u_size, v_size;
            size_t a_size;
        } YUVA;
    } u;
    uint32_t pad[4];
    uint8_t *private_memory;
};

struct tacit_webp_options {
    int bypass_filtering;
    int no_fancy_upsampling;
    int use_cropping;
    int crop_left, crop_top;
    int crop_width, crop_height;
    int use_scaling;
    int scaled_width, scaled_height;
    int use_threads;
    int dithering_strength;
    int flip;
    int alpha_dithering_strength;
    uint32_t pad[5];
};

struct tacit_webp_configuration {
    struct tacit_webp_features input;
    struct tacit_webp_buffer output;
    struct tacit_webp_options options;
};

enum { tacit_webp_rgb = 0, tacit_webp_rgba = 1 };
enum { tacit_webp_lossless = 2 };
enum {
    tacit_webp_ok = 0,
    tacit_webp_no_memory = 1,
    tacit_webp_suspended = 5,
    tacit_webp_not_enough = 7,
};

// What is used of it: X(result, name, parameters). A status is told as a number.
#define TACIT_WEBP_FUNCTIONS(X, FEATURES, CONFIGURATION)                                                               \
    X(int, WebPGetFeaturesInternal, (const uint8_t *bytes, size_t count, FEATURES *features, int version))             \
    X(int, WebPInitDecoderConfigInternal, (CONFIGURATION * configuration, int version))                                \
    X(int, WebPDecode, (const uint8_t *bytes, size_t count, CONFIGURATION *configuration))

typedef struct {
    // Of the decoded picture.
    uint32_t width;
    uint32_t height;
    // 3 RGB, 4 RGB and alpha.
    uint32_t channels;
    // Where its pixels are compressed: the file, or an animation's first frame in it.
    size_t start;
    size_t count;
    // Bytes of the file.
    size_t size;
    // Where that frame lies in the picture, and its own size.
    uint32_t left, top;
    uint32_t frame_width, frame_height;
} tacit_webp_header;

// Loads the library, to be called before everything else, by any thread. NULL, or why it can't be had.
const char *tacit_webp_load(void);

// Reads what stands before the pixels, and takes no memory. A picture of more than `most_pixels` is to be decoded at the
// first of 1/2, 1/4, 1/8 of its size that has no more; the header is then that of the smaller one. Of an animation the first
// frame is meant. Returns 0, or -1 with a reason in `message`.
int tacit_webp_read_header(
    const uint8_t *bytes, size_t count, size_t most_pixels, tacit_webp_header *header, char *message);

// Decodes the picture whose header was read from the same bytes, to [height][width][channels]; zeros where an animation's
// first frame doesn't reach. Returns 0, or -1 with a reason in `message`, also for data that ends early.
int tacit_webp_decode(
    const uint8_t *bytes, const tacit_webp_header *header, uint8_t *pixels, size_t capacity, char *message);

// Of a file that begins as one: the first chunk of this name and where its contents begin, as many of them as are there; NULL
// if it has none. Looked for behind `from`, which is 12 for the file's own chunks.
const uint8_t *tacit_webp_chunk(const uint8_t *bytes, size_t count, size_t from, const char *name, size_t *length);

#endif
