// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Encodings

/// A chunk file that cannot be read or written, with the place of the fault.
public struct ChunkFileError: Diagnosis, Equatable {
  /// What kind of fault; its raw value is the code's second half.
  public enum Fault: String, Sendable, CaseIterable {
    /// Too short, or without its tail.
    case truncated
    /// Not a chunk file at all.
    case badMagic = "bad-magic"
    /// Bytes are not those that were written.
    case checksum
    /// A feature bit this reader must understand and does not.
    case unknownFeature = "unknown-feature"
    /// A format version this reader does not know.
    case unsupportedVersion = "unsupported-version"
    /// An encoding, codec or type number this version does not define.
    case unknownEncoding = "unknown-encoding"
    /// A number past a stated limit.
    case limit
    /// Bytes that contradict the rules although their checksum is right.
    case malformed
    /// Bytes that must be zero and are not.
    case padding
  }

  /// What kind of fault.
  public let fault: Fault
  /// What was found and what was expected.
  public let summary: String
  /// File, byte offset, and column and first row where they are known.
  public let place: Place

  init(_ fault: Fault, _ summary: String, at place: Place) {
    self.fault = fault
    self.summary = summary
    self.place = place
  }

  /// `chunkfile.` and the fault: `chunkfile.checksum`.
  public var code: String { "chunkfile.\(fault.rawValue)" }

  /// What to do about it.
  public var advice: String? {
    switch fault {
    case .truncated: "the file was cut or never completed; convert the source again or fetch the file again"
    case .badMagic: "give a file written by `colonnade convert`, or a CSV under a name that does not end in .cln"
    case .checksum, .padding, .malformed:
      "run `colonnade verify \(place.file ?? "FILE")` to see what is intact; convert the source again"
    case .unknownFeature, .unknownEncoding: "read it with a newer version of colonnade"
    case .unsupportedVersion: "read it with a newer version of colonnade; of version 0, convert its source again"
    case .limit: "the format's limits are in Formats/ChunkFile/SPECIFICATION.md"
    }
  }
}

extension ChunkFileError {
  /// Gives an encoding's error its place in a file; `base` is the file offset of the bytes that were being read.
  init(_ error: EncodingError, base: Int, place: Place) {
    let fault: Fault =
      switch error.kind {
      case .truncated, .malformed: .malformed
      case .limit: .limit
      case .unknown: .unknownEncoding
      }
    var exact = place
    exact.byteOffset = base + (error.byteOffset ?? 0)
    self.init(fault, error.summary, at: exact)
  }
}

/// Runs `body` and turns an encoding's error into one with a place.
func locating<R>(
  base: Int, _ place: @autoclosure () -> Place, _ body: () throws(EncodingError) -> R
) throws(ChunkFileError) -> R {
  do {
    return try body()
  } catch {
    throw ChunkFileError(error, base: base, place: place())
  }
}
