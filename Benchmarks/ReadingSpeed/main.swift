// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import CXXHash
import ChunkFile
import Foundation

// reading-speed FOLDER FILE.cln: how files are brought into memory, what checksums cost, and what opening costs.
guard CommandLine.arguments.count == 3 else { fatalError("usage: reading-speed FOLDER FILE.cln") }
let folder = CommandLine.arguments[1]
let path = CommandLine.arguments[2]

/// The best of several runs, in seconds.
@inline(never) func best<R>(of runs: Int = 7, _ body: () throws -> R) rethrows -> (seconds: Double, result: R) {
  var result: R?
  var least = Double.infinity
  for _ in 0..<runs {
    let time = try ContinuousClock().measure { result = try body() }
    least = min(least, time / .seconds(1))
  }
  guard let result else { fatalError("no run") }
  return (least, result)
}

func decimals(_ value: Double, _ digits: Int = 2) -> String { String(format: "%.\(digits)f", value) }

func machine() -> String {
  let model = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?
    .split(separator: "\n").first { $0.hasPrefix("model name") }?
    .split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) }
  return "\(model ?? "unknown processor"), \(ProcessInfo.processInfo.operatingSystemVersionString)"
}

let fileBytes = try LocalStore().open(path).byteCount
print("# Reading\n\nMade by `make bench-reading` on \(machine()); best of 7, file in the page cache.\n")

// MARK: mapping against pread

print("## `pread` or mapping\n")
print(
  "A file of \(fileBytes / 1_000_000) MB in pieces of 256 KiB, about a page of the db-benchmark file. Every run opens and maps anew,"
)
print(
  "so that page faults count. \"hashed\": XXH3 of each piece, which every read does; \"touched\": one byte of each 4 KiB.\n"
)
print("| what | way | 1 thread, touched | 1 thread, hashed | 2 threads, touched | 2 threads, hashed |")
print("|---|---|---|---|---|---|")
let pieceBytes = 256 << 10
let pieceCount = (fileBytes + pieceBytes - 1) / pieceBytes
let all = Pieces(path: path, fileBytes: fileBytes, pieceBytes: pieceBytes, numbers: Array(0..<pieceCount))
let few = Pieces(
  path: path, fileBytes: fileBytes, pieceBytes: pieceBytes,
  numbers: (0..<min(16, pieceCount)).map { ($0 &* 7_919 &+ 13) % pieceCount })
for (name, pieces) in [("whole file", all), ("16 pieces", few)] {
  for way in Way.allCases {
    var cells: [String] = []
    for threads in [1, 2] {
      for hashes in [false, true] {
        let expected = pieces.read(.pread, threads: 1, hashes: hashes)
        let (seconds, result) = best { pieces.read(way, threads: threads, hashes: hashes) }
        precondition(result == expected, "\(way) reads something else")
        cells.append("\(decimals(seconds * 1e3)) ms, \(decimals(Double(pieces.byteCount) / seconds / 1e9, 1)) GB/s")
      }
    }
    print("| \(name) | \(way.rawValue) | \(cells.joined(separator: " | ")) |")
  }
}

print(
  "\nFiles are read by `pread`. A mapping saves the copy, but a mapped file that is cut kills the process (SIGBUS), and one that is written"
)
print(
  "to changes between the check of a page and its decoding. A guard against both is a copy, which is what `pread` makes."
)

// MARK: checksums

print("\n## Checksums\n")
let file = try ChunkFile(LocalStore().open(path))
print(
  "All pages of each column of the same file, one thread: read, checked and decoded, and how long XXH3 takes for their stored bytes"
)
print("alone, from a buffer in the cache as when a page was just read.\n")
print("| column | stored bytes | pages | read, check, decode | XXH3 alone | GB/s | share |")
print("|---|---|---|---|---|---|---|")
let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 8 << 20, alignment: 64)
for index in memory.indices { memory[index] = UInt8(truncatingIfNeeded: index &* 2_654_435_761 >> 8) }
var totals = (bytes: 0, scan: 0.0, hash: 0.0)
for (column, field) in file.schema.fields.enumerated() {
  let sizes = try (0..<file.chunkCount).map {
    try (file.pageDescription(column: column, chunk: $0).storedByteCount + 63) / 64 * 64
  }
  let scan = try best(of: 5) {
    try (0..<file.chunkCount).reduce(0) { try $0 + file.page(column: column, chunk: $1).rowCount }
  }
  precondition(scan.result == file.rowCount)
  let hash = best(of: 5) { sizes.reduce(UInt64(0)) { $0 &+ XXH3_64bits(memory.baseAddress, $1) } }
  let bytes = sizes.reduce(0, +)
  totals = (totals.bytes + bytes, totals.scan + scan.seconds, totals.hash + hash.seconds)
  print(
    "| \(field.name) | \(bytes) | \(sizes.count) | \(decimals(scan.seconds * 1e3)) ms | \(decimals(hash.seconds * 1e3)) ms "
      + "| \(decimals(Double(bytes) / hash.seconds / 1e9, 1)) | \(decimals(hash.seconds / scan.seconds * 100, 1)) % |")
}
print(
  "| all | \(totals.bytes) | | \(decimals(totals.scan * 1e3)) ms | \(decimals(totals.hash * 1e3)) ms "
    + "| \(decimals(Double(totals.bytes) / totals.hash / 1e9, 1)) | \(decimals(totals.hash / totals.scan * 100, 1)) % |"
)

// MARK: opening

print("\n## Opening\n")
print("\"two columns\": their sections, which hold a record per page, and their first pages, after opening.\n")
print("| file | bytes | open | reads | two columns | reads | bytes read in all |")
print("|---|---|---|---|---|---|---|")
for (columns, chunks, rows) in [(10, 10_000, 5), (2_000, 1, 1_000), (100_000, 1, 3)] {
  let path = "\(folder)/opening-\(columns)-\(chunks).cln"
  try writeFile(path, columns: columns, chunks: chunks, rowsPerChunk: rows)
  let opening = try best { try ChunkFile(CountedFile(path)) }
  let using = try best { () -> (Double, CountedFile, Int) in
    let object = try CountedFile(path)
    let file = try ChunkFile(object)
    let readsOfOpening = object.readCount
    let time = try ContinuousClock().measure {
      for column in [1, columns - 3] { _ = try file.page(column: column, chunk: 0) }
    }
    return (time / .seconds(1), object, readsOfOpening)
  }
  var least = using.result.0
  for _ in 0..<7 {
    let file = try ChunkFile(CountedFile(path))
    least = min(
      least,
      try ContinuousClock().measure {
        for column in [1, columns - 3] { _ = try file.page(column: column, chunk: 0) }
      } / .seconds(1))
  }
  let (_, object, reads) = using.result
  print(
    "| \(columns) columns, \(chunks) chunks of \(rows) rows | \(object.byteCount) | \(decimals(opening.seconds * 1e3)) ms | \(reads) "
      + "| \(decimals(least * 1e3)) ms | \(object.readCount - reads) | \(object.readBytes) |")
}
