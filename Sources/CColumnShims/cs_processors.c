// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

#define _GNU_SOURCE
#include "cs_processors.h"
#include <sched.h>
#include <stdlib.h>

int cs_available_processors(void) {
  cpu_set_t set;
  return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 0;
}

struct start {
  void *(*run)(void *);
  void *argument;
  cpu_set_t allowed;
};

static void *run_anywhere(void *given) {
  struct start start = *(struct start *)given;
  free(given);
  // Refused only if all of them went away meanwhile; then the system has put it elsewhere already.
  sched_setaffinity(0, sizeof start.allowed, &start.allowed);
  return start.run(start.argument);
}

// Creates the thread with the processors but the caller's as its first ones; nonzero if that cannot be had.
static int create_elsewhere(pthread_t *thread, struct start *start) {
  cpu_set_t others = start->allowed;
  int here = sched_getcpu();
  if (here < 0 || here >= CPU_SETSIZE) return -1;
  CPU_CLR(here, &others);
  if (CPU_COUNT(&others) == 0) return -1;
  pthread_attr_t attributes;
  if (pthread_attr_init(&attributes) != 0) return -1;
  int failure = pthread_attr_setaffinity_np(&attributes, sizeof others, &others);
  if (failure == 0) failure = pthread_create(thread, &attributes, run_anywhere, start);
  pthread_attr_destroy(&attributes);
  return failure;
}

int cs_thread_create_elsewhere(pthread_t *thread, void *(*run)(void *), void *argument) {
  struct start *start = malloc(sizeof *start);
  if (start && sched_getaffinity(0, sizeof start->allowed, &start->allowed) == 0) {
    start->run = run;
    start->argument = argument;
    if (create_elsewhere(thread, start) == 0) return 0;
  }
  free(start);
  return pthread_create(thread, NULL, run, argument);
}
