// SPDX-License-Identifier: Apache-2.0
// The C11 threads of <threads.h> on top of pthreads, for programs built with ThreadSanitizer.
// ThreadSanitizer watches pthread_create and its kin but not thrd_create, so a thread that librdkafka
// starts (Debian builds it with C11 threads) crashes in its first malloc. This library stands before
// libc in a program's search order and takes those calls over. Each function is what <threads.h>
// says; only those that librdkafka calls are here, and timed mutexes are not.
#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <threads.h>

// librdkafka's objects are laid out as glibc declares them.
static_assert(sizeof(mtx_t) >= sizeof(pthread_mutex_t), "a pthread mutex must fit a mtx_t");
static_assert(sizeof(cnd_t) >= sizeof(pthread_cond_t), "a pthread condition must fit a cnd_t");
static_assert(sizeof(once_flag) >= sizeof(pthread_once_t), "a pthread once must fit a once_flag");

struct start {
  thrd_start_t function;
  void* argument;
};

static int to_thrd(int error) {
  switch (error) {
    case 0:
      return thrd_success;
    case EBUSY:
      return thrd_busy;
    case ENOMEM:
      return thrd_nomem;
    case ETIMEDOUT:
      return thrd_timedout;
    default:
      return thrd_error;
  }
}

static void* run(void* raw) {
  const struct start start = *(struct start*)raw;
  free(raw);
  return (void*)(intptr_t)start.function(start.argument);
}

int thrd_create(thrd_t* thread, thrd_start_t function, void* argument) {
  struct start* const start = malloc(sizeof *start);
  if (start == NULL) return thrd_nomem;
  *start = (struct start){function, argument};
  const int error = pthread_create(thread, NULL, run, start);
  if (error != 0) free(start);
  return to_thrd(error);
}

int thrd_join(thrd_t thread, int* result) {
  void* returned = NULL;
  const int error = pthread_join(thread, &returned);
  if (result != NULL) *result = (int)(intptr_t)returned;
  return to_thrd(error);
}

int mtx_init(mtx_t* mutex, int type) {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  if ((type & mtx_recursive) != 0) pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
  const int error = pthread_mutex_init((pthread_mutex_t*)mutex, &attributes);
  pthread_mutexattr_destroy(&attributes);
  return to_thrd(error);
}

int mtx_lock(mtx_t* mutex) {
  return to_thrd(pthread_mutex_lock((pthread_mutex_t*)mutex));
}
int mtx_unlock(mtx_t* mutex) {
  return to_thrd(pthread_mutex_unlock((pthread_mutex_t*)mutex));
}
void mtx_destroy(mtx_t* mutex) {
  pthread_mutex_destroy((pthread_mutex_t*)mutex);
}

int cnd_init(cnd_t* condition) {
  return to_thrd(pthread_cond_init((pthread_cond_t*)condition, NULL));
}
int cnd_signal(cnd_t* condition) {
  return to_thrd(pthread_cond_signal((pthread_cond_t*)condition));
}
int cnd_broadcast(cnd_t* condition) {
  return to_thrd(pthread_cond_broadcast((pthread_cond_t*)condition));
}
void cnd_destroy(cnd_t* condition) {
  pthread_cond_destroy((pthread_cond_t*)condition);
}

int cnd_wait(cnd_t* condition, mtx_t* mutex) {
  return to_thrd(pthread_cond_wait((pthread_cond_t*)condition, (pthread_mutex_t*)mutex));
}

int cnd_timedwait(cnd_t* restrict condition, mtx_t* restrict mutex, const struct timespec* restrict until) {
  return to_thrd(pthread_cond_timedwait((pthread_cond_t*)condition, (pthread_mutex_t*)mutex, until));
}

void call_once(once_flag* flag, void (*function)(void)) {
  pthread_once((pthread_once_t*)flag, function);
}
