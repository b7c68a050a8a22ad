// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Memory of a transfer, given back to the system when it goes away.
///
/// Not of the allocator: that keeps what is freed for each thread, and as many threads take and free such memory as there are transfers.
/// @unchecked Sendable: whoever holds it says who may touch the bytes.
final class TransferBuffer: @unchecked Sendable {
  let bytes: UnsafeMutableRawBufferPointer

  /// So many bytes, zero. Precondition: more than none.
  init(byteCount: Int) {
    let start = mmap(nil, byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let start, start != MAP_FAILED else {
      preconditionFailure("no memory for a transfer of \(byteCount) bytes")
    }
    bytes = UnsafeMutableRawBufferPointer(start: start, count: byteCount)
  }

  deinit { munmap(bytes.baseAddress, bytes.count) }

  var byteCount: Int { bytes.count }
}
