// Video for Linux: by plain open, ioctl and mmap what a camera has itself, through libv4l2 what is to be converted.
// Requests are macros and the calls variadic: neither reaches Swift. Each call here is one request; failures are -1 with
// errno.
#ifndef CV4L2_H
#define CV4L2_H

#include <linux/videodev2.h>
#include <stddef.h>
#include <stdint.h>

// Keeps libv4l2 from writing to standard error.
void tacit_v4l2_silence(void);

// Not blocking. With `is_to_convert`, libv4l2 also offers formats that it makes from what the camera has, and may then hide
// some that the camera has itself; without, libv4l2 is not asked at all.
int tacit_v4l2_open(const char *path, int is_to_convert);
int tacit_v4l2_close(int device);

int tacit_v4l2_capability(int device, struct v4l2_capability *capability);

// The format number `index`: its four-character code, and whether libv4l2 makes it from another.
int tacit_v4l2_format(int device, uint32_t index, uint32_t *code, int *is_emulated);

// The frame size number `index` of a format: discrete (width and height equal their greatest), or a range with steps.
typedef struct {
    uint32_t width, height;
    uint32_t greatest_width, greatest_height;
    uint32_t width_step, height_step;
} tacit_v4l2_size;
int tacit_v4l2_frame_size(int device, uint32_t index, uint32_t code, tacit_v4l2_size *size);

// The frame interval number `index` of a format and size, in frames a second; of a range, its highest rate, and the
// lowest in `lowest` (else the same).
int tacit_v4l2_frame_rate(
    int device, uint32_t index, uint32_t code, uint32_t width, uint32_t height, double *rate, double *lowest);

// What was asked for and what the device made of it.
typedef struct {
    uint32_t code, width, height;
    uint32_t bytes_per_row;
    int is_full_range;
} tacit_v4l2_layout;
int tacit_v4l2_set_layout(int device, tacit_v4l2_layout *layout);

// Asks for a rate; sets it to what the device will do, or leaves it where the device can't tell.
int tacit_v4l2_set_rate(int device, double *rate);

// Asks for `count` mapped buffers and sets it to how many there are; 0 frees them.
int tacit_v4l2_request_buffers(int device, uint32_t *count);
void *tacit_v4l2_map(int device, uint32_t index, size_t *length);
void tacit_v4l2_unmap(int device, void *memory, size_t length);

int tacit_v4l2_enqueue(int device, uint32_t index);

typedef struct {
    uint32_t index;
    uint32_t bytes;
    uint32_t sequence;
    int is_damaged;
    // Microseconds on the monotonic clock; -1 if the device keeps another.
    int64_t time;
} tacit_v4l2_buffer;
int tacit_v4l2_dequeue(int device, tacit_v4l2_buffer *buffer);

int tacit_v4l2_start(int device);
int tacit_v4l2_stop(int device);

#endif
