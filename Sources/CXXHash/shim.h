// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0
#include <xxhash.h>

// The library's plain entry points use what every x86-64 processor has; its dispatching ones, three times as fast, what this
// one has. Both give the same hash.
#if defined(__x86_64__) && __has_include(<xxh_x86dispatch.h>)
#define XXH_DISPATCH_DISABLE_REPLACE
#include <xxh_x86dispatch.h>
static inline XXH64_hash_t cx_hash_64(const void *bytes, size_t count) { return XXH3_64bits_dispatch(bytes, count); }
static inline XXH128_hash_t cx_hash_128(const void *bytes, size_t count) { return XXH3_128bits_dispatch(bytes, count); }
static inline void cx_hash_update(XXH3_state_t *state, const void *bytes, size_t count) {
  // It fails for a null pointer alone.
  XXH3_128bits_update_dispatch(state, bytes, count);
}
#else
static inline XXH64_hash_t cx_hash_64(const void *bytes, size_t count) { return XXH3_64bits(bytes, count); }
static inline XXH128_hash_t cx_hash_128(const void *bytes, size_t count) { return XXH3_128bits(bytes, count); }
static inline void cx_hash_update(XXH3_state_t *state, const void *bytes, size_t count) {
  // It fails for a null pointer alone.
  XXH3_128bits_update(state, bytes, count);
}
#endif
