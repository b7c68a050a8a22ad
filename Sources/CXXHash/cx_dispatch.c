// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0
#include "CXXHash.h"

#if defined(__x86_64__)
XXH64_hash_t cx_hash_64_avx2(const void *bytes, size_t count);
XXH64_hash_t cx_hash_64_avx512(const void *bytes, size_t count);
XXH128_hash_t cx_hash_128_avx2(const void *bytes, size_t count);
XXH128_hash_t cx_hash_128_avx512(const void *bytes, size_t count);
void cx_hash_update_avx2(XXH3_state_t *state, const void *bytes, size_t count);
void cx_hash_update_avx512(XXH3_state_t *state, const void *bytes, size_t count);

int cx_best_level(void) {
#if defined(__OPTIMIZE__)
  if (__builtin_cpu_supports("avx512f")) return 2;
  if (__builtin_cpu_supports("avx2")) return 1;
#endif
  return 0;
}

XXH64_hash_t cx_hash_64_at(int level, const void *bytes, size_t count) {
  if (level == 2) return cx_hash_64_avx512(bytes, count);
  return level == 1 ? cx_hash_64_avx2(bytes, count) : XXH3_64bits(bytes, count);
}

XXH128_hash_t cx_hash_128_at(int level, const void *bytes, size_t count) {
  if (level == 2) return cx_hash_128_avx512(bytes, count);
  return level == 1 ? cx_hash_128_avx2(bytes, count) : XXH3_128bits(bytes, count);
}

void cx_hash_update_at(int level, XXH3_state_t *state, const void *bytes, size_t count) {
  if (level == 2) {
    cx_hash_update_avx512(state, bytes, count);
  } else if (level == 1) {
    cx_hash_update_avx2(state, bytes, count);
  } else {
    XXH3_128bits_update(state, bytes, count);
  }
}
#else
int cx_best_level(void) { return 0; }

XXH64_hash_t cx_hash_64_at(int level, const void *bytes, size_t count) {
  (void)level;
  return XXH3_64bits(bytes, count);
}

XXH128_hash_t cx_hash_128_at(int level, const void *bytes, size_t count) {
  (void)level;
  return XXH3_128bits(bytes, count);
}

void cx_hash_update_at(int level, XXH3_state_t *state, const void *bytes, size_t count) {
  (void)level;
  XXH3_128bits_update(state, bytes, count);
}
#endif
