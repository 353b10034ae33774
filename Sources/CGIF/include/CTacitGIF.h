// giflib, loaded when the first GIF is met: nothing links it, and nothing needs its header to be built.
#ifndef TACIT_CGIF_H
#define TACIT_CGIF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { tacit_gif_message_size = 160 };

// As libgif.so.7 has them.
struct tacit_gif_map {
    int ColorCount;
    int BitsPerPixel;
    bool SortFlag;
    struct tacit_gif_color {
        unsigned char Red, Green, Blue;
    } *Colors;
};

struct tacit_gif_description {
    int Left, Top, Width, Height;
    bool Interlace;
    struct tacit_gif_map *ColorMap;
};

struct tacit_gif_file {
    int SWidth, SHeight;
    int SColorResolution;
    int SBackGroundColor;
    unsigned char AspectByte;
    struct tacit_gif_map *SColorMap;
    int ImageCount;
    struct tacit_gif_description Image;
    void *SavedImages;
    int ExtensionBlockCount;
    void *ExtensionBlocks;
    int Error;
    void *UserData;
    void *Private;
};

// What is used of it: X(result, name, parameters), FILE and READ being the types of a file and of what supplies its bytes.
#define TACIT_GIF_FUNCTIONS(X, FILE, READ)                                                                             \
    X(FILE *, DGifOpen, (void *user, READ *read, int *error))                                                          \
    X(int, DGifCloseFile, (FILE * file, int *error))                                                                   \
    X(int, DGifGetRecordType, (FILE * file, int *type))                                                                \
    X(int, DGifGetImageDesc, (FILE * file))                                                                            \
    X(int, DGifGetLine, (FILE * file, unsigned char *line, int count))                                                 \
    X(int, DGifGetExtension, (FILE * file, int *code, unsigned char **extension))                                      \
    X(int, DGifGetExtensionNext, (FILE * file, unsigned char **extension))

// The values of a record's type, of a success, and of the errors that damage is told by.
enum {
    tacit_gif_ok = 1,
    tacit_gif_image = 2,
    tacit_gif_extension = 3,
    tacit_gif_end = 4,
    tacit_gif_graphics_control = 0xf9,
    tacit_gif_no_memory = 109,
};

typedef struct {
    // Of the canvas, and of the first frame if that reaches further.
    uint32_t width;
    uint32_t height;
} tacit_gif_header;

// Loads the library, to be called before everything else, by any thread. NULL, or why it can't be had.
const char *tacit_gif_load(void);

// Reads what stands before the first frame's pixels, and takes memory only for that. Returns 0, or -1 with a reason in `message`.
int tacit_gif_read_header(const uint8_t *bytes, size_t count, tacit_gif_header *header, char *message);

// Decodes the first frame to [height][width][3] (RGB) as the header read before has them. What is transparent, or of the
// canvas but not of the frame, is black; without a palette an index is a level of grey. Returns 0, or -1 with a reason in
// `message`, also for a frame that ends early; what lacks behind its last pixel does no harm.
int tacit_gif_decode(
    const uint8_t *bytes, size_t count, const tacit_gif_header *header, uint8_t *pixels, size_t capacity,
    char *message);

#endif
