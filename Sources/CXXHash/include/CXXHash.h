// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0
//
// XXH3 (Collet, xxHash specification) with what this processor has. The library's plain entry points use what every x86-64 processor
// has; those here that use AVX2 take a third of the time. All give the same hash.
#ifndef CXXHASH_H
#define CXXHASH_H

#include <stddef.h>
#include <xxhash.h>

/// The best level that this processor has: 0 what every processor has, 1 AVX2, 2 AVX-512. Without optimisation 0 is best.
int cx_best_level(void);

/// The hash at a level, of which tests want each; the processor must have it. `bytes` may be null if `count` is 0.
XXH64_hash_t cx_hash_64_at(int level, const void *bytes, size_t count);
XXH128_hash_t cx_hash_128_at(int level, const void *bytes, size_t count);
/// Takes bytes into a state that XXH3_128bits_reset has begun; all levels have the same state.
void cx_hash_update_at(int level, XXH3_state_t *state, const void *bytes, size_t count);

static inline XXH64_hash_t cx_hash_64(const void *bytes, size_t count) { return cx_hash_64_at(cx_best_level(), bytes, count); }
static inline XXH128_hash_t cx_hash_128(const void *bytes, size_t count) { return cx_hash_128_at(cx_best_level(), bytes, count); }
static inline void cx_hash_update(XXH3_state_t *state, const void *bytes, size_t count) {
  cx_hash_update_at(cx_best_level(), state, bytes, count);
}

#endif
