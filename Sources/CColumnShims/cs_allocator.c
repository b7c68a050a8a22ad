// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

#include "cs_allocator.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#if defined(__linux__)
#include <malloc.h>
#include <sys/mman.h>
#endif

// Pages of 2 MiB where a piece has several: meeting fresh memory is most of the cost of large tables.
enum { large_page = 2 << 20 };

void *cs_fresh_memory(size_t byte_count) {
#if defined(__linux__) && defined(MADV_HUGEPAGE)
  if (byte_count >= 2 * large_page && byte_count <= SIZE_MAX - large_page) {
    const size_t rounded = (byte_count + large_page - 1) / large_page * large_page;
    void *const memory = aligned_alloc(large_page, rounded);
    // Where the system refuses, small pages serve as well.
    if (memory != NULL) (void)madvise(memory, rounded, MADV_HUGEPAGE);
    return memory;
  }
#endif
  return malloc(byte_count);
}

void *cs_zeroed_memory(size_t byte_count) {
  if (byte_count < 2 * large_page) return calloc(1, byte_count);
  void *const memory = cs_fresh_memory(byte_count);
  if (memory != NULL) memset(memory, 0, byte_count);
  return memory;
}

void cs_keep_freed_buffers(void) {
#if defined(__linux__)
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, 64 << 20);
#endif
}

void cs_give_back_freed_buffers(void) {
#if defined(__linux__)
  mallopt(M_MMAP_THRESHOLD, 256 << 10);
  mallopt(M_TRIM_THRESHOLD, 1 << 20);
#endif
}

void cs_trim_memory(void) {
#if defined(__linux__)
  malloc_trim(0);
#endif
}
