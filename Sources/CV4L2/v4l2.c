#define _GNU_SOURCE
#include "CTacitV4L2.h"

#include <errno.h>
#include <fcntl.h>
#include <libv4l2.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

// Devices that libv4l2 converts for. All others are the kernel's alone, or whoever stands in for it in front of the C
// library, as libcamera's libcamerify does.
enum { most_converted = 1024 };
static atomic_bool is_converted[most_converted];

static int converts(int device) {
    return device >= 0 && device < most_converted && atomic_load_explicit(&is_converted[device], memory_order_acquire);
}

static int request(int device, unsigned long code, void *argument) {
    int result;
    do result = converts(device) ? v4l2_ioctl(device, code, argument) : ioctl(device, code, argument);
    while (result < 0 && errno == EINTR);
    return result;
}

void tacit_v4l2_silence(void) {
    if (!v4l2_log_file) v4l2_log_file = fopen("/dev/null", "we");
}

int tacit_v4l2_open(const char *path, int is_to_convert) {
    const int flags = O_RDWR | O_NONBLOCK | O_CLOEXEC;
    if (!is_to_convert) return open(path, flags);
    const int device = v4l2_open(path, flags, 0);
    if (device >= most_converted) {
        v4l2_close(device);
        errno = EMFILE;
        return -1;
    }
    if (device >= 0) atomic_store_explicit(&is_converted[device], 1, memory_order_release);
    return device;
}

int tacit_v4l2_close(int device) {
    if (!converts(device)) return close(device);
    atomic_store_explicit(&is_converted[device], 0, memory_order_release);
    return v4l2_close(device);
}

int tacit_v4l2_capability(int device, struct v4l2_capability *capability) {
    memset(capability, 0, sizeof *capability);
    return request(device, VIDIOC_QUERYCAP, capability);
}

int tacit_v4l2_format(int device, uint32_t index, uint32_t *code, int *is_emulated) {
    struct v4l2_fmtdesc format = {.index = index, .type = V4L2_BUF_TYPE_VIDEO_CAPTURE};
    if (request(device, VIDIOC_ENUM_FMT, &format) < 0) return -1;
    *code = format.pixelformat;
    *is_emulated = (format.flags & V4L2_FMT_FLAG_EMULATED) != 0;
    return 0;
}

int tacit_v4l2_frame_size(int device, uint32_t index, uint32_t code, tacit_v4l2_size *size) {
    struct v4l2_frmsizeenum found = {.index = index, .pixel_format = code};
    if (request(device, VIDIOC_ENUM_FRAMESIZES, &found) < 0) return -1;
    if (found.type == V4L2_FRMSIZE_TYPE_DISCRETE) {
        *size = (tacit_v4l2_size){found.discrete.width, found.discrete.height, found.discrete.width,
                                  found.discrete.height, 1, 1};
    } else {
        *size = (tacit_v4l2_size){found.stepwise.min_width,  found.stepwise.min_height, found.stepwise.max_width,
                                  found.stepwise.max_height, found.stepwise.step_width, found.stepwise.step_height};
    }
    return 0;
}

static double rate_of(struct v4l2_fract interval) {
    return interval.numerator ? (double)interval.denominator / interval.numerator : 0;
}

int tacit_v4l2_frame_rate(
    int device, uint32_t index, uint32_t code, uint32_t width, uint32_t height, double *rate, double *lowest) {
    struct v4l2_frmivalenum found = {.index = index, .pixel_format = code, .width = width, .height = height};
    if (request(device, VIDIOC_ENUM_FRAMEINTERVALS, &found) < 0) return -1;
    if (found.type == V4L2_FRMIVAL_TYPE_DISCRETE) {
        *rate = *lowest = rate_of(found.discrete);
    } else {
        *rate = rate_of(found.stepwise.min);
        *lowest = rate_of(found.stepwise.max);
    }
    return 0;
}

int tacit_v4l2_set_layout(int device, tacit_v4l2_layout *layout) {
    struct v4l2_format format = {.type = V4L2_BUF_TYPE_VIDEO_CAPTURE};
    format.fmt.pix.width = layout->width;
    format.fmt.pix.height = layout->height;
    format.fmt.pix.pixelformat = layout->code;
    format.fmt.pix.field = V4L2_FIELD_ANY;
    if (request(device, VIDIOC_S_FMT, &format) < 0) return -1;
    layout->width = format.fmt.pix.width;
    layout->height = format.fmt.pix.height;
    layout->code = format.fmt.pix.pixelformat;
    layout->bytes_per_row = format.fmt.pix.bytesperline;
    // What the driver leaves open is decided by its colour space: JPEG's is full, all others' are limited.
    layout->is_full_range = format.fmt.pix.quantization == V4L2_QUANTIZATION_FULL_RANGE
        || (format.fmt.pix.quantization == V4L2_QUANTIZATION_DEFAULT
            && format.fmt.pix.colorspace == V4L2_COLORSPACE_JPEG);
    return 0;
}

int tacit_v4l2_set_rate(int device, double *rate) {
    struct v4l2_streamparm parameters = {.type = V4L2_BUF_TYPE_VIDEO_CAPTURE};
    parameters.parm.capture.timeperframe.numerator = 1000;
    // A driver may have named any rate at all.
    parameters.parm.capture.timeperframe.denominator = (uint32_t)((*rate < 1000000 ? *rate : 1000000) * 1000 + 0.5);
    if (request(device, VIDIOC_S_PARM, &parameters) < 0) return -1;
    const double set = rate_of(parameters.parm.capture.timeperframe);
    if (set > 0) *rate = set;
    return 0;
}

int tacit_v4l2_request_buffers(int device, uint32_t *count) {
    struct v4l2_requestbuffers buffers = {
        .count = *count, .type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .memory = V4L2_MEMORY_MMAP};
    if (request(device, VIDIOC_REQBUFS, &buffers) < 0) return -1;
    *count = buffers.count;
    return 0;
}

void *tacit_v4l2_map(int device, uint32_t index, size_t *length) {
    struct v4l2_buffer buffer = {.index = index, .type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .memory = V4L2_MEMORY_MMAP};
    if (request(device, VIDIOC_QUERYBUF, &buffer) < 0) return NULL;
    const int protection = PROT_READ | PROT_WRITE;
    void *memory = converts(device)
        ? v4l2_mmap(NULL, buffer.length, protection, MAP_SHARED, device, buffer.m.offset)
        : mmap(NULL, buffer.length, protection, MAP_SHARED, device, buffer.m.offset);
    if (memory == MAP_FAILED) return NULL;
    *length = buffer.length;
    return memory;
}

void tacit_v4l2_unmap(int device, void *memory, size_t length) {
    if (converts(device))
        v4l2_munmap(memory, length);
    else
        munmap(memory, length);
}

int tacit_v4l2_enqueue(int device, uint32_t index) {
    struct v4l2_buffer buffer = {.index = index, .type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .memory = V4L2_MEMORY_MMAP};
    return request(device, VIDIOC_QBUF, &buffer);
}

int tacit_v4l2_dequeue(int device, tacit_v4l2_buffer *result) {
    struct v4l2_buffer buffer = {.type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .memory = V4L2_MEMORY_MMAP};
    if (request(device, VIDIOC_DQBUF, &buffer) < 0) return -1;
    result->index = buffer.index;
    result->bytes = buffer.bytesused;
    result->sequence = buffer.sequence;
    result->is_damaged = (buffer.flags & V4L2_BUF_FLAG_ERROR) != 0;
    // What no microseconds can be counted of is no time.
    result->time = (buffer.flags & V4L2_BUF_FLAG_TIMESTAMP_MASK) == V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC
            && buffer.timestamp.tv_sec >= 0 && buffer.timestamp.tv_sec < INT64_C(1) << 40
            && buffer.timestamp.tv_usec >= 0 && buffer.timestamp.tv_usec < 1000000
        ? (int64_t)buffer.timestamp.tv_sec * 1000000 + buffer.timestamp.tv_usec
        : -1;
    return 0;
}

int tacit_v4l2_start(int device) {
    int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    return request(device, VIDIOC_STREAMON, &type);
}

int tacit_v4l2_stop(int device) {
    int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    return request(device, VIDIOC_STREAMOFF, &type);
}
