// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Glibc

/// Turns text of any encoding that the system's iconv knows into UTF-8, piece by piece. Belongs to one thread.
final class CSVDecoder {
  private let read: CSVStream.Read
  private let encoding: String
  private let file: String
  private let converter: iconv_t
  /// Read and not yet decoded.
  private var pending: [UInt8]
  /// Bytes decoded so far.
  private var decodedByteCount = 0
  private var hasEnded = false

  /// `first` was read already. Throws `csv.encoding` where the system does not know the encoding.
  init(_ read: @escaping CSVStream.Read, first: [UInt8], encoding: String, file: String) throws {
    self.read = read
    self.encoding = encoding
    self.file = file
    pending = first
    guard let converter = openConverter(from: encoding) else {
      throw CSVError(
        "csv.encoding", "this system does not know the encoding \"\(encoding)\"", at: Place(file: file),
        advice: "'iconv -l' lists those it knows; or convert the file to UTF-8 elsewhere")
    }
    self.converter = converter
  }

  deinit { iconv_close(converter) }

  /// The next text as UTF-8, at least four bytes of room given; 0 at the end. Throws `csv.encoding` for bytes that mean nothing.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    while true {
      let written = try convert(into: buffer)
      if written > 0 { return written }
      if hasEnded {
        guard pending.isEmpty else { throw undecodable("the text ends within a character") }
        return 0
      }
      try readMore()
    }
  }

  private func readMore() throws {
    let kept = pending.count
    let wanted = 64 << 10
    pending.append(contentsOf: repeatElement(0, count: wanted))
    let count = try pending.withUnsafeMutableBytes {
      try read(UnsafeMutableRawBufferPointer(rebasing: $0[kept...]))
    }
    pending.removeLast(wanted - count)
    hasEnded = count == 0
  }

  /// Decodes what is pending as far as there is room; returns the bytes written.
  private func convert(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    guard !pending.isEmpty else { return 0 }
    let (used, written, failure) = pending.withUnsafeMutableBytes { source -> (Int, Int, Int32) in
      var from = source.baseAddress?.assumingMemoryBound(to: CChar.self)
      var to = buffer.baseAddress?.assumingMemoryBound(to: CChar.self)
      var left = source.count
      var room = buffer.count
      let result = iconv(converter, &from, &left, &to, &room)
      return (source.count - left, buffer.count - room, result == -1 ? errno : 0)
    }
    pending.removeFirst(used)
    decodedByteCount += used
    // EINVAL: a character goes on in what is not yet read. E2BIG: the rest has its turn next time.
    if failure == EILSEQ, written == 0 { throw undecodable("these bytes are no \(encoding)") }
    return written
  }

  private func undecodable(_ what: String) -> CSVError {
    CSVError(
      "csv.encoding", what, at: Place(file: file, byteOffset: decodedByteCount),
      advice: "say what it is: --encoding iso-8859-1 takes any byte; 'iconv -l' lists the names")
  }
}

/// Nil where the system does not know the name, nor the name without its hyphens and the like: `latin-1` is `LATIN1`.
private func openConverter(from encoding: String) -> iconv_t? {
  for name in [encoding, encoding.filter { !"-_ ".contains($0) }] where !name.isEmpty {
    if let converter = iconv_open("UTF-8", name), converter != iconv_t(bitPattern: -1) { return converter }
  }
  return nil
}
