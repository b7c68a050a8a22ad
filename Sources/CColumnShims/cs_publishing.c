// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

#define _GNU_SOURCE
#include "cs_publishing.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

enum { SLOT_COUNT = 64, FREE = 0, TAKEN = 1, LIVE = 2 };

// A handler may read a path only while its state is LIVE; the state is set after the path is complete.
static struct {
  atomic_int state;
  char path[PATH_MAX];
} slots[SLOT_COUNT];

static atomic_int changing;  // threads that are between creating or renaming a file and noting it in the table
static atomic_int ending;    // a handler has begun to clean up

static atomic_int ending_pipe = -1;  // where a handler writes its signal instead of ending the process
static atomic_int is_deferred;       // it has written it

static const int handled[] = {SIGINT, SIGTERM, SIGHUP};

static void fill_handled(sigset_t *set) {
  sigemptyset(set);
  for (size_t i = 0; i < sizeof handled / sizeof *handled; i++) sigaddset(set, handled[i]);
}

// A change of the table runs with the signals blocked on its own thread, and a handler on another thread waits for it to
// end: so every file is either noted or not there. Once a handler has begun, no change starts; the process is about to end.
static void begin_change(sigset_t *before) {
  sigset_t set;
  fill_handled(&set);
  pthread_sigmask(SIG_BLOCK, &set, before);
  atomic_fetch_add(&changing, 1);
  if (atomic_load(&ending)) {
    atomic_fetch_sub(&changing, 1);
    for (;;) pause();
  }
}

static void end_change(const sigset_t *before) {
  atomic_fetch_sub(&changing, 1);
  pthread_sigmask(SIG_SETMASK, before, NULL);
}

static int note(const char *path) {
  size_t length = strlen(path);
  if (length >= PATH_MAX) return -1;
  for (int i = 0; i < SLOT_COUNT; i++) {
    int expected = FREE;
    if (!atomic_compare_exchange_strong(&slots[i].state, &expected, TAKEN)) continue;
    memcpy(slots[i].path, path, length + 1);
    atomic_store(&slots[i].state, LIVE);
    return i;
  }
  return -1;
}

static void forget(int slot) {
  if (slot >= 0) atomic_store(&slots[slot].state, FREE);
}

int cs_temporary_create(const char *path, unsigned mode, int *slot) {
  sigset_t before;
  begin_change(&before);
  int descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, (mode_t)mode);
  int result = descriptor < 0 ? -errno : descriptor;
  *slot = descriptor < 0 ? -1 : note(path);
  end_change(&before);
  return result;
}

// A second name, then the first goes: unlike renaming, that fails where something is. Every file system that has links can do it.
static int put_if_absent(const char *temporary, const char *target) {
  if (renameat2(AT_FDCWD, temporary, AT_FDCWD, target, RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return -errno;
  if (link(temporary, target) < 0) return -errno;
  unlink(temporary);
  return 0;
}

int cs_temporary_publish(int slot, const char *temporary, const char *target, int if_absent) {
  sigset_t before;
  begin_change(&before);
  int result = if_absent ? put_if_absent(temporary, target) : rename(temporary, target) < 0 ? -errno : 0;
  if (result == 0) forget(slot);
  end_change(&before);
  return result;
}

void cs_temporary_remove(int slot, const char *temporary) {
  sigset_t before;
  begin_change(&before);
  unlink(temporary);
  forget(slot);
  end_change(&before);
}

void cs_end_by_signal(int signal_number) {
  struct sigaction standard = {.sa_handler = SIG_DFL};
  sigaction(signal_number, &standard, NULL);
  raise(signal_number);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, signal_number);
  pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

// Only async-signal-safe calls here (signal-safety(7)): unlink, write, sigaction, raise, pthread_sigmask, and lock-free atomics.
static void clean_up(int signal_number) {
  if (atomic_exchange(&ending, 1)) {
    // The second signal: whoever was asked to end things well takes too long for the user.
    if (atomic_load(&is_deferred)) cs_end_by_signal(signal_number);
    return;
  }
  while (atomic_load(&changing)) sched_yield();
  for (int i = 0; i < SLOT_COUNT; i++)
    if (atomic_load(&slots[i].state) == LIVE) unlink(slots[i].path);
  int told = atomic_load(&ending_pipe);
  unsigned char number = (unsigned char)signal_number;
  int kept = errno;
  if (told >= 0 && write(told, &number, 1) == 1) {
    atomic_store(&is_deferred, 1);
    errno = kept;
    return;
  }
  cs_end_by_signal(signal_number);
}

int cs_defer_ending(void) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) < 0) return -errno;
  atomic_store(&ending_pipe, ends[1]);
  return ends[0];
}

void cs_install_cleanup_handlers(void) {
  for (size_t i = 0; i < sizeof handled / sizeof *handled; i++) {
    struct sigaction old;
    if (sigaction(handled[i], NULL, &old) == 0 && old.sa_handler == SIG_IGN) continue;
    struct sigaction action = {.sa_handler = clean_up};
    fill_handled(&action.sa_mask);
    sigaction(handled[i], &action, NULL);
  }
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN);
}

int cs_open_unnamed(const char *folder) {
#ifdef O_TMPFILE
  int descriptor = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC | O_EXCL, 0600);
  return descriptor < 0 ? -errno : descriptor;
#else
  return -EOPNOTSUPP;
#endif
}

void cs_start_writeback(int descriptor, int64_t offset, int64_t byte_count) {
#ifdef SYNC_FILE_RANGE_WRITE
  int kept = errno;
  (void)sync_file_range(descriptor, offset, byte_count, SYNC_FILE_RANGE_WRITE);
  errno = kept;
#endif
}

int cs_lock(int descriptor) { return flock(descriptor, LOCK_EX | LOCK_NB) < 0 ? -errno : 0; }

int cs_lock_waiting(int descriptor) {
  int result;
  do result = flock(descriptor, LOCK_EX);
  while (result < 0 && errno == EINTR);
  return result < 0 ? -errno : 0;
}

void cs_unlock(int descriptor) { flock(descriptor, LOCK_UN); }

int cs_duplicate(int descriptor) {
  int copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 3);
  return copy < 0 ? -errno : copy;
}
