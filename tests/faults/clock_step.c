// SPDX-License-Identifier: Apache-2.0
//
// Loaded by LD_PRELOAD: the time of day is off by the milliseconds that stand, as an int64_t, in the file
// that the environment variable WEIR_CLOCK_FILE names. It may change at any time; the steady clock goes on as
// it is.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t* offset_ms;

__attribute__((constructor)) static void find_offset(void) {
  const char* const path = getenv("WEIR_CLOCK_FILE");
  const int fd = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return;
  void* const page = mmap(NULL, sizeof *offset_ms, PROT_READ, MAP_SHARED, fd, 0);
  if (page != MAP_FAILED) offset_ms = page;
  close(fd);
}

static void add(struct timespec* time, int64_t ms) {
  int64_t ns = time->tv_nsec + ms % 1000 * 1000000;
  time->tv_sec += ms / 1000;
  if (ns < 0) {
    ns += 1000000000;
    --time->tv_sec;
  } else if (ns >= 1000000000) {
    ns -= 1000000000;
    ++time->tv_sec;
  }
  time->tv_nsec = ns;
}

int clock_gettime(clockid_t id, struct timespec* time) {
  static int (*real)(clockid_t, struct timespec*);
  if (real == NULL) real = (int (*)(clockid_t, struct timespec*))dlsym(RTLD_NEXT, "clock_gettime");
  const int result = real(id, time);
  const int of_day = id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE;
  if (result == 0 && of_day && offset_ms != NULL) add(time, *offset_ms);
  return result;
}

int gettimeofday(struct timeval* time, void* zone) {
  (void)zone;
  struct timespec now;
  const int result = clock_gettime(CLOCK_REALTIME, &now);
  if (time == NULL) return result;
  time->tv_sec = now.tv_sec;
  time->tv_usec = now.tv_nsec / 1000;
  return result;
}

time_t time(time_t* to) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (to != NULL) *to = now.tv_sec;
  return now.tv_sec;
}

// Who waits until a time of day has asked us for it, and the kernel knows nothing of our offset. Steady times
// are far below: the machine has not run for 30 years.
int pthread_cond_timedwait(pthread_cond_t* condition, pthread_mutex_t* mutex, const struct timespec* until) {
  static int (*real)(pthread_cond_t*, pthread_mutex_t*, const struct timespec*);
  if (real == NULL) {
    real = (int (*)(pthread_cond_t*, pthread_mutex_t*, const struct timespec*))dlsym(
        RTLD_NEXT, "pthread_cond_timedwait");
  }
  struct timespec kernel = *until;
  if (kernel.tv_sec > 1000000000 && offset_ms != NULL) add(&kernel, -*offset_ms);
  return real(condition, mutex, &kernel);
}
