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
  /// Decoded and not yet handed out: what is behind `handedOut`.
  private var ready: [UInt8] = []
  private var handedOut = 0
  /// Bytes decoded so far.
  private var decodedByteCount = 0
  private var hasEnded = false
  private var isFlushed = false
  private let scratch: UnsafeMutableRawBufferPointer
  private static let pieceBytes = 64 << 10

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
    scratch = .allocate(byteCount: Self.pieceBytes, alignment: 16)
  }

  deinit {
    scratch.deallocate()
    iconv_close(converter)
  }

  /// The next text as UTF-8; 0 at the end. Throws `csv.encoding` for bytes that mean nothing.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    while handedOut == ready.count {
      if !isFlushed { try decodePiece() }
      if handedOut < ready.count { break }
      if hasEnded {
        if !isFlushed {
          // Some encodings hold back a character that the next one might change.
          try flush()
          continue
        }
        guard pending.isEmpty else { throw undecodable("the text ends within a character") }
        return 0
      }
      try readMore()
    }
    let count = min(buffer.count, ready.count - handedOut)
    ready.withUnsafeBytes { buffer.copyMemory(from: .init(rebasing: $0[handedOut..<handedOut + count])) }
    handedOut += count
    return count
  }

  private func readMore() throws {
    let count = try read(scratch)
    pending.append(contentsOf: UnsafeRawBufferPointer(rebasing: scratch[..<count]))
    hasEnded = count == 0
  }

  /// Decodes what is pending, or as much as a piece holds.
  private func decodePiece() throws {
    handedOut = 0
    ready.removeAll(keepingCapacity: true)
    guard !pending.isEmpty else { return }
    var used = 0
    var failure: Int32 = 0
    ready = [UInt8](unsafeUninitializedCapacity: Self.pieceBytes) { target, written in
      pending.withUnsafeMutableBytes { source in
        var from = source.baseAddress?.assumingMemoryBound(to: CChar.self)
        var to = UnsafeMutableRawPointer(target.baseAddress)?.assumingMemoryBound(to: CChar.self)
        var left = source.count
        var room = target.count
        let result = iconv(converter, &from, &left, &to, &room)
        failure = result == -1 ? errno : 0
        used = source.count - left
        written = target.count - room
      }
    }
    pending.removeFirst(used)
    decodedByteCount += used
    // EINVAL: a character goes on in what is not yet read. E2BIG: the rest has its turn next time.
    if failure == EILSEQ, ready.isEmpty { throw undecodable("these bytes are no \(encoding)") }
  }

  /// Takes out what the converter holds back at the end.
  private func flush() throws {
    isFlushed = true
    guard pending.isEmpty else { return }
    handedOut = 0
    ready = [UInt8](unsafeUninitializedCapacity: 64) { target, written in
      var to = UnsafeMutableRawPointer(target.baseAddress)?.assumingMemoryBound(to: CChar.self)
      var room = target.count
      _ = iconv(converter, nil, nil, &to, &room)
      written = target.count - room
    }
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
