// A camera for tests without hardware: preloaded into a program, it answers what Video4Linux is asked about one path,
// through the real libv4l2. It streams frames from a file, over and over, into memory that the program maps.
//
//   CAMERA_PATH     the path that it answers for, such as /dev/video0
//   CAMERA_FRAMES   a file of frames of CAMERA_FRAME_BYTES each (default: what format and size ask for)
//   CAMERA_FORMATS  four-character codes, sizes and rates it offers: YUYV:320x240@30,MJPG:640x480@30
//   CAMERA_COUNT    frames after which it is gone: no more are given, and it can't be opened for CAMERA_AWAY ms
//   CAMERA_AWAY     then it is back, for as many frames again; default: for ever
//   CAMERA_RETURNS  how often it comes back, at most
//   CAMERA_DAMAGED  every so manyth frame carries the error flag, its bytes spoilt
//   CAMERA_ANSWER   WIDTHxHEIGHT that it says it has set, whatever it was asked for
//   CAMERA_STALL    after so many frames no more come, until it is opened anew
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/videodev2.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { most_buffers = 16, most_modes = 64 };

typedef struct {
    uint32_t code, width, height, rate;
} mode;

static const char *path;
static mode modes[most_modes];
static int mode_count;
static mode current;
static int device = -1, memory = -1, frames = -1, is_streaming, delivered, departures, buffers;
static uint8_t *mapped;
static size_t frame_bytes, buffer_bytes;
static int order[most_buffers], first_queued, queued_count;
static uint32_t sequence;
static struct timespec away_until;

static int setting(const char *name, int otherwise) {
    const char *value = getenv(name);
    return value ? atoi(value) : otherwise;
}

static void *real(const char *name) { return dlsym(RTLD_NEXT, name); }

__attribute__((constructor)) static void read_settings(void) {
    path = getenv("CAMERA_PATH");
    const char *text = getenv("CAMERA_FORMATS");
    if (!text) text = "YUYV:320x240@30";
    char code[5];
    int length;
    mode m;
    while (mode_count < most_modes
           && sscanf(text, "%4[^:]:%ux%u@%u%n", code, &m.width, &m.height, &m.rate, &length) == 4) {
        m.code = v4l2_fourcc(code[0], code[1], code[2], code[3]);
        modes[mode_count++] = m;
        text += length + (text[length] == ',');
    }
    current = modes[0];
}

static size_t bytes_per_row(mode m) {
    switch (m.code) {
    case V4L2_PIX_FMT_RGB24:
    case V4L2_PIX_FMT_BGR24: return 3 * m.width;
    case V4L2_PIX_FMT_YUYV:
    case V4L2_PIX_FMT_UYVY: return 2 * m.width;
    default: return m.width;
    }
}

static size_t size_of(mode m) {
    const char *given = getenv("CAMERA_FRAME_BYTES");
    if (given) return atoi(given);
    size_t size = bytes_per_row(m) * m.height;
    if (m.code == V4L2_PIX_FMT_NV12 || m.code == V4L2_PIX_FMT_YUV420) size += size / 2;
    return size;
}

static int is_away(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec < away_until.tv_sec
        || (now.tv_sec == away_until.tv_sec && now.tv_nsec < away_until.tv_nsec);
}

static void go_away(void) {
    const int milliseconds =
        departures++ < setting("CAMERA_RETURNS", 1) ? setting("CAMERA_AWAY", 1000000000) : 1000000000;
    clock_gettime(CLOCK_MONOTONIC, &away_until);
    away_until.tv_sec += milliseconds / 1000;
    away_until.tv_nsec += milliseconds % 1000 * 1000000L;
    if (away_until.tv_nsec >= 1000000000L) {
        away_until.tv_nsec -= 1000000000L;
        away_until.tv_sec++;
    }
}

static int open_device(int flags) {
    if (is_away()) {
        errno = ENOENT;
        return -1;
    }
    if (device >= 0) {
        errno = EBUSY;
        return -1;
    }
    device = timerfd_create(CLOCK_MONOTONIC, (flags & O_NONBLOCK ? TFD_NONBLOCK : 0) | TFD_CLOEXEC);
    return device;
}

static int is_path(const char *name) { return path && name && strcmp(name, path) == 0; }

static int close_device(int (*closing)(int)) {
    int descriptor = device;
    device = -1;
    is_streaming = buffers = 0;
    if (memory >= 0) closing(memory);
    memory = -1;
    return closing(descriptor);
}

static int fail(int number) {
    errno = number;
    return -1;
}

static void fill_format(struct v4l2_pix_format *pixels, mode m) {
    memset(pixels, 0, sizeof *pixels);
    pixels->width = m.width;
    pixels->height = m.height;
    pixels->pixelformat = m.code;
    pixels->field = V4L2_FIELD_NONE;
    pixels->bytesperline = m.code == V4L2_PIX_FMT_MJPEG ? 0 : bytes_per_row(m);
    pixels->sizeimage = size_of(m);
    pixels->colorspace = V4L2_COLORSPACE_SRGB;
}

static mode nearest(const struct v4l2_pix_format *pixels) {
    mode found = current;
    for (int i = 0; i < mode_count; i++)
        if (modes[i].code == pixels->pixelformat) found = modes[i];
    for (int i = 0; i < mode_count; i++)
        if (modes[i].code == pixels->pixelformat && modes[i].width == pixels->width
            && modes[i].height == pixels->height)
            found = modes[i];
    return found;
}

static void describe(struct v4l2_buffer *buffer) {
    buffer->memory = V4L2_MEMORY_MMAP;
    buffer->length = buffer_bytes;
    buffer->m.offset = buffer->index * buffer_bytes;
    buffer->flags = V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC;
    buffer->field = V4L2_FIELD_NONE;
}

static int request_buffers(struct v4l2_requestbuffers *request) {
    int (*closing)(int) = real("close");
    void *(*mapping)(void *, size_t, int, int, int, off_t) = real("mmap");
    if (memory >= 0) closing(memory);
    memory = -1;
    buffers = first_queued = queued_count = 0;
    if (!request->count) return 0;
    if (request->count > most_buffers) request->count = most_buffers;
    buffers = request->count;
    frame_bytes = size_of(current);
    buffer_bytes = (frame_bytes + 4095) & ~(size_t)4095;
    memory = memfd_create("camera", MFD_CLOEXEC);
    if (ftruncate(memory, buffer_bytes * buffers) < 0) return fail(ENOMEM);
    mapped = mapping(NULL, buffer_bytes * buffers, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
    if (frames < 0) {
        int (*opening)(const char *, int, ...) = real("open");
        frames = opening(getenv("CAMERA_FRAMES"), O_RDONLY | O_CLOEXEC);
    }
    return 0;
}

static int set_timer(unsigned rate) {
    struct itimerspec timer = {0};
    if (rate) {
        timer.it_interval.tv_sec = rate == 1;
        timer.it_interval.tv_nsec = rate == 1 ? 0 : 1000000000L / rate;
        timer.it_value = timer.it_interval;
    }
    return timerfd_settime(device, 0, &timer, NULL);
}

static int dequeue(struct v4l2_buffer *buffer) {
    if (!is_streaming) return fail(EINVAL);
    if (!queued_count) return fail(EAGAIN);
    uint64_t ticks;
    if (delivered == setting("CAMERA_STALL", -1)) set_timer(0);
    if (read(device, &ticks, sizeof ticks) != sizeof ticks) return fail(EAGAIN);
    const int stay = setting("CAMERA_COUNT", 0);
    if (stay && delivered == stay * (departures + 1)) {
        go_away();
        is_streaming = 0;
        return fail(ENODEV);
    }
    // Ticks that nobody waited for are frames that found no buffer.
    sequence += ticks;
    int index = order[first_queued];
    first_queued = (first_queued + 1) % most_buffers;
    queued_count--;
    uint8_t *target = mapped + index * buffer_bytes;
    for (uint64_t tick = 0; tick < ticks; tick++) {
        if (read(frames, target, frame_bytes) != (ssize_t)frame_bytes) {
            lseek(frames, 0, SEEK_SET);
            if (read(frames, target, frame_bytes) != (ssize_t)frame_bytes) memset(target, 128, frame_bytes);
        }
    }
    delivered++;
    buffer->index = index;
    describe(buffer);
    const int damaged = setting("CAMERA_DAMAGED", 0);
    if (damaged && delivered % damaged == 0) {
        buffer->flags |= V4L2_BUF_FLAG_ERROR;
        memset(target, 255, frame_bytes);
    }
    buffer->bytesused = frame_bytes;
    buffer->sequence = sequence - 1;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    buffer->timestamp.tv_sec = now.tv_sec;
    buffer->timestamp.tv_usec = now.tv_nsec / 1000;
    return 0;
}

static int answer(uint32_t request, void *argument) {
    switch (request) {
    case (uint32_t)VIDIOC_QUERYCAP: {
        struct v4l2_capability *c = argument;
        memset(c, 0, sizeof *c);
        strcpy((char *)c->driver, "stand-in");
        strcpy((char *)c->card, "Stand-in camera");
        strcpy((char *)c->bus_info, "platform:stand-in");
        c->device_caps = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING | V4L2_CAP_EXT_PIX_FORMAT;
        c->capabilities = c->device_caps | V4L2_CAP_DEVICE_CAPS;
        return 0;
    }
    case (uint32_t)VIDIOC_ENUM_FMT: {
        struct v4l2_fmtdesc *f = argument;
        uint32_t seen = 0;
        for (int i = 0; i < mode_count; i++) {
            int is_new = 1;
            for (int j = 0; j < i; j++) is_new &= modes[j].code != modes[i].code;
            if (!is_new || seen++ != f->index) continue;
            f->flags = 0;
            f->pixelformat = modes[i].code;
            snprintf((char *)f->description, sizeof f->description, "%.4s", (char *)&modes[i].code);
            return 0;
        }
        return fail(EINVAL);
    }
    case (uint32_t)VIDIOC_ENUM_FRAMESIZES: {
        struct v4l2_frmsizeenum *f = argument;
        uint32_t seen = 0;
        for (int i = 0; i < mode_count; i++) {
            int is_new = 1;
            for (int j = 0; j < i; j++)
                is_new &= modes[j].code != modes[i].code || modes[j].width != modes[i].width
                    || modes[j].height != modes[i].height;
            if (!is_new || modes[i].code != f->pixel_format || seen++ != f->index) continue;
            f->type = V4L2_FRMSIZE_TYPE_DISCRETE;
            f->discrete.width = modes[i].width;
            f->discrete.height = modes[i].height;
            return 0;
        }
        return fail(EINVAL);
    }
    case (uint32_t)VIDIOC_ENUM_FRAMEINTERVALS: {
        struct v4l2_frmivalenum *f = argument;
        uint32_t seen = 0;
        for (int i = 0; i < mode_count; i++) {
            if (modes[i].code != f->pixel_format || modes[i].width != f->width || modes[i].height != f->height
                || seen++ != f->index)
                continue;
            f->type = V4L2_FRMIVAL_TYPE_DISCRETE;
            f->discrete.numerator = 1;
            f->discrete.denominator = modes[i].rate;
            return 0;
        }
        return fail(EINVAL);
    }
    case (uint32_t)VIDIOC_G_FMT:
        fill_format(&((struct v4l2_format *)argument)->fmt.pix, current);
        return 0;
    case (uint32_t)VIDIOC_TRY_FMT: {
        struct v4l2_pix_format *pixels = &((struct v4l2_format *)argument)->fmt.pix;
        fill_format(pixels, nearest(pixels));
        return 0;
    }
    case (uint32_t)VIDIOC_S_FMT: {
        struct v4l2_pix_format *pixels = &((struct v4l2_format *)argument)->fmt.pix;
        current = nearest(pixels);
        fill_format(pixels, current);
        const char *size = getenv("CAMERA_ANSWER");
        if (size) sscanf(size, "%ux%u", &pixels->width, &pixels->height);
        return 0;
    }
    case (uint32_t)VIDIOC_G_PARM:
    case (uint32_t)VIDIOC_S_PARM: {
        struct v4l2_streamparm *p = argument;
        memset(&p->parm, 0, sizeof p->parm);
        p->parm.capture.capability = V4L2_CAP_TIMEPERFRAME;
        p->parm.capture.timeperframe.numerator = 1;
        p->parm.capture.timeperframe.denominator = current.rate;
        p->parm.capture.readbuffers = 4;
        return 0;
    }
    case (uint32_t)VIDIOC_ENUMINPUT: {
        struct v4l2_input *input = argument;
        if (input->index) return fail(EINVAL);
        memset(input, 0, sizeof *input);
        input->type = V4L2_INPUT_TYPE_CAMERA;
        return 0;
    }
    case (uint32_t)VIDIOC_G_INPUT: *(int *)argument = 0; return 0;
    case (uint32_t)VIDIOC_S_INPUT: return *(int *)argument ? fail(EINVAL) : 0;
    case (uint32_t)VIDIOC_REQBUFS: return request_buffers(argument);
    case (uint32_t)VIDIOC_QUERYBUF: {
        struct v4l2_buffer *buffer = argument;
        if ((int)buffer->index >= buffers) return fail(EINVAL);
        describe(buffer);
        return 0;
    }
    case (uint32_t)VIDIOC_QBUF: {
        struct v4l2_buffer *buffer = argument;
        if ((int)buffer->index >= buffers || queued_count >= buffers) return fail(EINVAL);
        order[(first_queued + queued_count++) % most_buffers] = buffer->index;
        describe(buffer);
        return 0;
    }
    case (uint32_t)VIDIOC_DQBUF: return dequeue(argument);
    case (uint32_t)VIDIOC_STREAMON:
        is_streaming = 1;
        sequence = 0;
        return set_timer(current.rate);
    case (uint32_t)VIDIOC_STREAMOFF:
        is_streaming = 0;
        first_queued = queued_count = 0;
        return set_timer(0);
    default: return fail(ENOTTY);
    }
}

// What programs call, and what libv4l2 calls, which goes to the kernel by number.

int open(const char *name, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    int permissions = va_arg(rest, int);
    va_end(rest);
    if (is_path(name)) return open_device(flags);
    int (*opening)(const char *, int, ...) = real("open");
    return opening(name, flags, permissions);
}

int open64(const char *name, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    int permissions = va_arg(rest, int);
    va_end(rest);
    if (is_path(name)) return open_device(flags);
    int (*opening)(const char *, int, ...) = real("open64");
    return opening(name, flags, permissions);
}

int access(const char *name, int kind) {
    if (is_path(name)) return is_away() ? fail(ENOENT) : 0;
    int (*accessing)(const char *, int) = real("access");
    return accessing(name, kind);
}

static void describe_node(struct stat *status) {
    status->st_mode = S_IFCHR | 0660;
    status->st_rdev = makedev(81, 0);
}

int fstat(int descriptor, struct stat *status) {
    int (*asking)(int, struct stat *) = real("fstat");
    int result = asking(descriptor, status);
    if (result == 0 && descriptor >= 0 && descriptor == device) describe_node(status);
    return result;
}

int fstat64(int descriptor, struct stat64 *status) { return fstat(descriptor, (struct stat *)status); }

int close(int descriptor) {
    int (*closing)(int) = real("close");
    return descriptor >= 0 && descriptor == device ? close_device(closing) : closing(descriptor);
}

int ioctl(int descriptor, unsigned long request, ...) {
    va_list rest;
    va_start(rest, request);
    void *argument = va_arg(rest, void *);
    va_end(rest);
    if (descriptor >= 0 && descriptor == device) return answer((uint32_t)request, argument);
    int (*asking)(int, unsigned long, ...) = real("ioctl");
    return asking(descriptor, request, argument);
}

void *mmap(void *address, size_t length, int protection, int flags, int descriptor, off_t offset) {
    void *(*mapping)(void *, size_t, int, int, int, off_t) = real("mmap");
    if (descriptor >= 0 && descriptor == device) descriptor = memory;
    return mapping(address, length, protection, flags, descriptor, offset);
}

void *mmap64(void *address, size_t length, int protection, int flags, int descriptor, off64_t offset) {
    return mmap(address, length, protection, flags, descriptor, offset);
}

long syscall(long number, ...) {
    va_list rest;
    va_start(rest, number);
    long a[6];
    for (int i = 0; i < 6; i++) a[i] = va_arg(rest, long);
    va_end(rest);
    switch (number) {
#ifdef SYS_open
    case SYS_open:
        if (is_path((const char *)a[0])) return open_device((int)a[1]);
        break;
#endif
#ifdef SYS_mmap
    case SYS_mmap:
        if (device >= 0 && (int)a[4] == device) a[4] = memory;
        break;
#endif
    case SYS_openat:
        if (is_path((const char *)a[1])) return open_device((int)a[2]);
        break;
    case SYS_ioctl:
        if (device >= 0 && (int)a[0] == device) return answer((uint32_t)a[1], (void *)a[2]);
        break;
    case SYS_close:
        if (device >= 0 && (int)a[0] == device) return close((int)a[0]);
        break;
    default: break;
    }
    long (*calling)(long, ...) = real("syscall");
    return calling(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
