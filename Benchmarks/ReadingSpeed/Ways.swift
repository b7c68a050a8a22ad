// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import CXXHash
import Foundation

/// A way to bring pieces of a file before the processor.
enum Way: String, CaseIterable {
  /// Into a buffer that is used again.
  case pread
  /// A fresh mapping, whose pages are met for the first time.
  case mmap
  /// A fresh mapping, filled in one go.
  case populated = "mmap, populated"
}

/// Pieces of a file to be read: each `pieceBytes` long but for the last.
struct Pieces {
  let path: String
  let fileBytes: Int
  let pieceBytes: Int
  let numbers: [Int]

  var byteCount: Int { numbers.reduce(0) { $0 + range($1).count } }

  func range(_ number: Int) -> Range<Int> {
    number * pieceBytes..<min(fileBytes, (number + 1) * pieceBytes)
  }

  /// Brings all pieces by `way` on so many threads, opening included, and gives the sum of their hashes, so that ways can be
  /// compared. Where `hashes` is false, of each 4 KiB one byte is read instead.
  func read(_ way: Way, threads: Int, hashes: Bool) -> UInt64 {
    let descriptor = open(path, O_RDONLY)
    precondition(descriptor >= 0, "\(path) cannot be opened")
    defer { close(descriptor) }
    var mapped: UnsafeMutableRawPointer?
    if way != .pread {
      mapped = Glibc.mmap(
        nil, fileBytes, PROT_READ, MAP_SHARED | (way == .populated ? Int32(MAP_POPULATE) : 0), descriptor, 0)
      precondition(mapped != MAP_FAILED, "\(path) cannot be mapped")
    }
    defer { if let mapped { munmap(mapped, fileBytes) } }
    let map = SharedPointer(pointer: UnsafeRawPointer(mapped))
    let total = Total()
    DispatchQueue.concurrentPerform(iterations: threads) { thread in
      let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: pieceBytes, alignment: 64)
      defer { buffer.deallocate() }
      var sum: UInt64 = 0
      for number in numbers.dropFirst(thread * numbers.count / threads)
        .prefix((thread + 1) * numbers.count / threads - thread * numbers.count / threads)
      {
        let range = range(number)
        let bytes: UnsafeRawBufferPointer
        if let start = map.pointer {
          bytes = UnsafeRawBufferPointer(start: start + range.lowerBound, count: range.count)
        } else {
          let count = Glibc.pread(descriptor, buffer.baseAddress, range.count, range.lowerBound)
          precondition(count == range.count, "a short read")
          bytes = UnsafeRawBufferPointer(rebasing: buffer[..<range.count])
        }
        if hashes {
          sum &+= XXH3_64bits(bytes.baseAddress, bytes.count)
        } else {
          for offset in stride(from: 0, to: bytes.count, by: 4_096) { sum &+= UInt64(bytes[offset]) }
        }
      }
      total.add(sum)
    }
    return total.value
  }
}

private struct SharedPointer: @unchecked Sendable {
  // Only read through.
  let pointer: UnsafeRawPointer?
}

private final class Total: @unchecked Sendable {
  // Guarded by the lock.
  private let lock = NSLock()
  private var sum: UInt64 = 0
  func add(_ more: UInt64) { lock.withLock { sum &+= more } }
  var value: UInt64 { lock.withLock { sum } }
}
