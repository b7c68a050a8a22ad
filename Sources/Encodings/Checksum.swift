// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import CXXHash

/// XXH3 with 64 bits and no seed (Collet, xxHash specification). Cost: some 50 GB/s with AVX2.
package func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt64 { cx_hash_64(bytes.baseAddress, bytes.count) }

/// XXH3 with 64 bits and no seed.
package func checksum(_ bytes: [UInt8]) -> UInt64 { bytes.withUnsafeBytes { checksum($0) } }

/// XXH3 with 128 bits and no seed.
package func wideHash(_ bytes: UnsafeRawBufferPointer) -> UInt128 {
  let hash = cx_hash_128(bytes.baseAddress, bytes.count)
  return UInt128(hash.high64) << 64 | UInt128(hash.low64)
}

/// XXH3 with 128 bits and no seed.
package func wideHash(_ bytes: [UInt8]) -> UInt128 { bytes.withUnsafeBytes { wideHash($0) } }
