// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import BenchmarkSupport

// Speed of decoding on one thread, by encoding and by bit width, next to a plain copy of the bytes that come out.
//
//     decode-speed [REPEATS]
//
// Prints Markdown. Every answer is checked; a wrong one ends the process with 1.

let repeats = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 200
let widths = (1...64).map { PackedWidth(bitWidth: $0, repeats: repeats) }
let pages = try pageCases().map { try $0.line(repeats: repeats) }
print(
  """
  # Decoding on one thread

  \(machineDescription()), \(today()).
  Best of \(repeats) runs over the same memory, pages of \(pageRows) rows; every answer is checked. `make bench-decoding`.

  ## Pages

  From a chunk file in memory to a decoded page: copying the stored bytes, their checksum, the codec, decoding, checks of bounds.
  What the writer chose is in the second column. copy is memcpy of as many bytes as come out.

  | values | encoding | stored bytes a value | values/ns | GB/s out | copy GB/s |
  |---|---|---|---|---|---|
  \(pages.joined(separator: "\n"))

  ## Kernels on packed integers, by bits of a value

  values/ns. Unpacking into u8 or u16, the narrowest that fits, into u32 and into i64; sum of all, of about every second row by a bit
  mask, and comparison with a constant into bits, all three without decoded values in memory. The last column is GB/s of unpacking into
  i64; memcpy of as many bytes makes \(text(copySpeed(byteCount: pageRows * 8, repeats: repeats), digits: 0)) GB/s.

  | bits | u8/u16 | u32 | i64 | sum | sum of selected | compare | GB/s i64 |
  |---|---|---|---|---|---|---|---|
  \(widths.map(\.line).joined(separator: "\n"))
  """)
