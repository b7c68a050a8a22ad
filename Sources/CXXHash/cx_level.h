// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0
//
// The library once more, compiled for one level: whoever includes this has set XXH_VECTOR, and the target of all functions that follow.
// The library's own dispatching entry points are in its shared form alone (Debian 12).
#define XXH_INLINE_ALL
#include <xxhash.h>

#define CX_JOINED(name, level) name##level
#define CX_NAMED(name, level) CX_JOINED(name, level)

XXH64_hash_t CX_NAMED(cx_hash_64_, CX_LEVEL)(const void *bytes, size_t count) { return XXH3_64bits(bytes, count); }

XXH128_hash_t CX_NAMED(cx_hash_128_, CX_LEVEL)(const void *bytes, size_t count) { return XXH3_128bits(bytes, count); }

// It fails for a null pointer alone.
void CX_NAMED(cx_hash_update_, CX_LEVEL)(XXH3_state_t *state, const void *bytes, size_t count) {
  XXH3_128bits_update(state, bytes, count);
}
