// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// A reader that goes from border to border and keeps nothing but its place: what scans and cuts of a text follow.
///
/// It takes the records that a reader of the whole text takes from the same border on, as it is made of the same parts. Belongs to one thread.
final class CSVTrajectory {
  /// The end of a way through a text.
  enum Outcome: Equatable {
    /// At the stop, or where the data end.
    case atStop
    /// More records may follow before the stop.
    case goesOn
    /// Another table begins, or a record is longer than any may be.
    case cannotGoOn
  }

  private let file: CSVOpenFile
  private let chunk = CSVTextChunk()
  private let columns: [String]
  private let limits: CSVLimits
  private var rows: Int

  /// Bytes that are taken in one go; they stay in the cache.
  static let mostBytesAtOnce = 256 << 10

  /// Starts at `piece`, whose end is the first stop. Throws as reading a piece of `stream` does.
  init(_ piece: CSVPiece, of stream: CSVStream, options: CSVOptions) throws {
    var options = options
    options.piece = piece
    file = try CSVOpenFile(stream, number: 0, options: options, like: nil)
    columns = file.header.names
    limits = options.limits
    rows = piece.rowsBefore
  }

  /// Where it stands.
  var border: CSVBorder {
    let near = file.byteOffset + file.nearOnlyBefore - file.cursor
    return CSVBorder(
      offset: file.placeInText, nearOnlyBefore: near > file.byteOffset ? near : 0, rows: rows, lines: file.line)
  }

  /// Records met so far whose reading may depend on ``CSVBorder/nearOnlyBefore``.
  var farLookCount: Int { file.farLookCount }

  /// Goes on by at most `recordLimit` records that have about `byteLimit` bytes, and begins none at or behind `stop`. Throws what reading
  /// the bytes throws.
  func advance(to stop: Int, recordLimit: Int = .max, byteLimit: Int = CSVTrajectory.mostBytesAtOnce) throws -> Outcome
  {
    file.stop = stop
    chunk.removeAll(keepingAtMost: 2 * CSVLimits.mostChunkBytes)
    chunk.plain = file.plain
    chunk.width = file.sniffing.width
    var limits = limits
    (limits.chunkBytes, limits.chunkBytesPerColumn) = (byteLimit, 0)
    let filling = CSVChunkFilling(chunk, columns: columns, recordLimit: recordLimit, limits: limits)
    do {
      let hasEnded = try filling.fill(from: file)
      rows += chunk.rowCount
      return file.isPastTable ? .cannotGoOn : hasEnded ? .atStop : .goesOn
    } catch let error as CSVError where error.code == "csv.record-too-long" {
      return .cannotGoOn
    }
  }
}
