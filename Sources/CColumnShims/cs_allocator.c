// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

#include "cs_allocator.h"

#if defined(__linux__)
#include <malloc.h>
#endif

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
