// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import CXXHash
import Glibc
import Testing

/// Levels that this processor has, as the kernel tells them: not as the code under test finds them.
private let levels: [Int32] = {
  guard let file = fopen("/proc/cpuinfo", "r") else { return [] }
  defer { fclose(file) }
  var bytes = [UInt8](repeating: 0, count: 16_384)
  let text = String(decoding: bytes[..<fread(&bytes, 1, bytes.count, file)], as: UTF8.self)
  let words = Set(text.split { $0 == " " || $0 == "\n" })
  return (words.contains("avx2") ? [1] : []) + (words.contains("avx512f") ? [2] : [])
}()

/// Each level has the plain one's hash, around the sizes at which XXH3 works in another way, from every alignment.
@Test func everyLevelHasTheSameHash() {
  let bytes = (0..<20_000).map { UInt8(truncatingIfNeeded: $0 &* 37 ^ $0 >> 3) }
  for level in levels {
    for count in [0, 1, 3, 8, 9, 16, 17, 128, 129, 240, 241, 255, 256, 1_023, 1_024, 1_025, 4_096, 19_000] {
      for start in [0, 1, 7, 32] {
        bytes[start..<start + count].withUnsafeBytes { bytes in
          #expect(cx_hash_64_at(level, bytes.baseAddress, count) == cx_hash_64_at(0, bytes.baseAddress, count))
          let wide = cx_hash_128_at(level, bytes.baseAddress, count)
          let plain = cx_hash_128_at(0, bytes.baseAddress, count)
          #expect(
            wide.low64 == plain.low64 && wide.high64 == plain.high64, "level \(level), \(count) bytes from \(start)")
        }
      }
    }
  }
}

/// A state that one level has begun goes on with another.
@Test func levelsShareAState() throws {
  let bytes = (0..<9_000).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 5) }
  let state = try #require(XXH3_createState())
  defer { XXH3_freeState(state) }
  XXH3_128bits_reset(state)
  for (number, start) in stride(from: 0, to: bytes.count, by: 700).enumerated() {
    let level = ([0] + levels)[number % (levels.count + 1)]
    bytes[start..<min(bytes.count, start + 700)].withUnsafeBytes {
      cx_hash_update_at(level, state, $0.baseAddress, $0.count)
    }
  }
  let found = XXH3_128bits_digest(state)
  let whole = cx_hash_128_at(0, bytes, bytes.count)
  #expect(found.low64 == whole.low64 && found.high64 == whole.high64)
}
