// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import ObjectStorage
import TextFormats

/// What can be had of a text: any bytes, or all of it from its start.
enum RangedInput {
  case ranges(CSVByteRanges)
  /// Why not, and what tells one state of the text from another.
  case stream(reason: String, CSVWholeText)
}

/// Any bytes of `input`, each time by reads of just these: in S3, ranged requests. Opens it, and looks at its first bytes.
///
/// `meter` counts what is read of `metered`. Throws what opening and reading throw.
func rangedInput(_ input: any CSVInput, meter: ConvertMeter? = nil, metered: Range<Int>? = nil) throws -> RangedInput {
  guard let object = try (input as? any StoredText)?.object() else {
    return .stream(reason: "it is a stream, and can be read once, from its start", CSVWholeText())
  }
  let start = PeekableSource(ObjectSource(object))
  switch compressionFormat(firstBytes: try start.peek(4)) {
  case .gzip: return .stream(reason: "it is compressed with gzip", CSVWholeText(object))
  case .zstd: return .stream(reason: "it is compressed with zstd", CSVWholeText(object))
  case nil: break
  }
  return .ranges(
    CSVByteRanges(byteCount: object.byteCount, version: object.versionTag ?? "") { range in
      // A header or a footer is one request in any case.
      if range.count > announcedByteCount { object.willRead([range.clamped(to: 0..<object.byteCount)]) }
      let source = RangeSource(object, range)
      guard let meter, range == metered else { return { try source.read(into: $0) } }
      meter.opened(source)
      return { buffer in
        let count = try source.read(into: buffer)
        meter.consumed(source.consumedByteCount)
        return count
      }
    })
}

extension CSVWholeText {
  /// The state that `object` is in.
  fileprivate init(_ object: any ReadableObject) {
    self.init(byteCount: object.byteCount, version: object.versionTag ?? "")
  }
}

/// Ranges of more bytes are announced.
private let announcedByteCount = 256 << 10

/// An object read from some byte on, to its end.
private final class RangeSource: ByteSource {
  private let object: any ReadableObject
  private let range: Range<Int>
  private(set) var consumedByteCount = 0

  init(_ object: any ReadableObject, _ range: Range<Int>) { (self.object, self.range) = (object, range) }

  var name: String { object.name }
  var totalByteCount: Int? { range.count }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    let position = range.lowerBound + consumedByteCount
    let count = min(buffer.count, object.byteCount - position)
    guard count > 0 else { return 0 }
    try object.read(at: position, into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<count]))
    consumedByteCount += count
    return count
  }
}

/// `input`, of which a piece is read, as a stream for the reader. Throws `csv.no-pieces` where it can only be read from its start.
func stream(of input: any CSVInput, piece: CSVPiece, meter: ConvertMeter) throws -> CSVStream {
  switch try rangedInput(input, meter: meter, metered: piece.bytesRead) {
  case .stream(let reason, _): throw CSVError(noPieces: input.name, reason)
  case .ranges(let ranges): return CSVStream(name: input.name, byteCount: piece.end - piece.start, ranges: ranges)
  }
}

/// The streams of `inputs`, of which `reading` may ask for a piece: then there is one. Throws `csv.changed` where that is all of a text, and the text
/// is not what it was.
func streams(
  of inputs: [any CSVInput], _ reading: CSVOptions, meter: ConvertMeter, temporaryFolder: String?
) throws -> [CSVStream] {
  try inputs.map { input in
    if let piece = reading.piece { return try stream(of: input, piece: piece, meter: meter) }
    try reading.whole?.check((input as? any StoredText)?.object().map { CSVWholeText($0) }, file: input.name)
    return stream(of: input, meter: meter, temporaryFolder: temporaryFolder)
  }
}

/// Throws unless `inputs` are a single CSV, where `reading` asks for a piece of one; and unless there is a CSV among them, where it has the types
/// of one.
func checkPiece(_ reading: CSVOptions, of inputs: [OpenedTable], paths: [InputPath]) throws(InputError) {
  let isPiece = reading.piece != nil || reading.whole != nil
  guard isPiece || reading.found != nil, let first = inputs.first else { return }
  if isPiece, inputs.count > 1 { throw InputError(.severalTables, path: paths[0].path) }
  if inputs.contains(where: { if case .text = $0 { true } else { false } }) { return }
  if case .arrow = first { throw InputError(.pieceOfArrow, path: paths[0].path) }
  throw InputError(.pieceOfChunkFile, path: paths[0].path)
}
