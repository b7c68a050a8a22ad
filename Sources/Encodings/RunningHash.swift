// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import CXXHash

/// XXH3 with 128 bits and no seed (Collet, xxHash specification) of bytes that come in pieces: the same as `wideHash` of all
/// of them. Not for several threads at once. Cost: as `wideHash`; half a kilobyte of state.
package final class RunningHash {
  private let state: OpaquePointer

  /// The hash of no bytes so far.
  package init() {
    guard let state = XXH3_createState() else { preconditionFailure("no memory for the state of a hash") }
    self.state = state
    XXH3_128bits_reset(state)
  }

  deinit { XXH3_freeState(state) }

  /// Adds the next bytes.
  package func update(_ bytes: UnsafeRawBufferPointer) {
    guard let start = bytes.baseAddress else { return }
    cx_hash_update(state, start, bytes.count)
  }

  /// Of all bytes so far; more may follow.
  package var value: UInt128 {
    let hash = XXH3_128bits_digest(state)
    return UInt128(hash.high64) << 64 | UInt128(hash.low64)
  }
}
