// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ChunkFile
import Columns
import ObjectStorage
import TextFormats

/// Writes what can be read of a damaged chunk file to `target`, and to `lost` a table of the cells that cannot: column, first row,
/// number of rows, reason. What comes of which damage: see ``SalvagedTable``.
///
/// Gives what was lost, to be told; nil if nothing was. Both outputs are then there. Throws ``SalvageError`` if nothing can be
/// recovered, `input.not-a-chunk-file`, and what reading and writing throw; then `target` is as it was.
public func salvage(
  _ path: String, to target: OutputTarget, lost: OutputTarget? = nil, threads: Int = 1,
  progress: (@Sendable (WriteProgress) -> Void)? = nil
) throws -> SalvageError? {
  let object = try LocalStore().open(path)
  if try !path.lowercased().hasSuffix(".cln") && !startsLikeChunkFile(object) {
    throw InputError(.notAChunkFile, path: path)
  }
  let table = try openDamaged(object)
  try writeTable(table, to: target, threads: threads, progress: progress)
  if let lost { try writeTable(lossTable(table.losses), to: lost) }
  return table.losses.isEmpty ? nil : SalvageError(table)
}

private func openDamaged(_ object: any ReadableObject) throws -> SalvagedTable {
  do {
    return try SalvagedTable(object)
  } catch let error as ChunkFileError {
    throw SalvageError(nothingLeftBecauseOf: error)
  }
}

private func lossTable(_ losses: [SalvageLoss]) -> Table {
  func texts(_ texts: [String]) -> ColumnPage { ColumnPage(values: .strings(StringArray(texts))) }
  let columns = ColumnPage(
    boxed: losses.map { loss in loss.column.map { .string($0) } ?? .null }, type: .string)
  let fields: [(String, ColumnType, ColumnPage)] = [
    ("column", .string, columns),
    ("first_row", .int64, ColumnPage(values: .int64(losses.map { Int64($0.firstRow) }))),
    ("row_count", .int64, ColumnPage(values: .int64(losses.map { Int64($0.rowCount) }))),
    ("reason", .string, texts(losses.map(\.reason))),
  ]
  return Table(
    schema: Schema(fields.map { Field(name: $0.0, type: $0.1) }), chunks: losses.isEmpty ? [] : [fields.map(\.2)])
}

/// What a damaged file has lost.
public struct SalvageError: Diagnosis {
  /// `salvage.nothing-left` or `salvage.incomplete`.
  public let code: String
  /// One line.
  public let summary: String
  /// The damaged file.
  public let place: Place
  /// Per column and reason, the rows lost; ten at most.
  public let details: [String]
  /// What to do.
  public let advice: String?

  init(nothingLeftBecauseOf error: ChunkFileError) {
    code = "salvage.nothing-left"
    place = error.place
    details = []
    switch error.fault {
    case .unsupportedVersion, .unknownFeature, .unknownEncoding, .badMagic:
      summary = error.summary
      advice = error.advice
    default:
      summary = "nothing can be recovered: \(error.summary)"
      advice = "where pages lie only the file's end says: fetch the file again, or convert the source again"
    }
  }

  init(_ table: SalvagedTable) {
    code = "salvage.incomplete"
    place = Place(file: table.name)
    let cellCount = table.losses.reduce(0) { $0 + $1.rowCount }
    var summary = "\(grouped(cellCount)) cell\(cellCount == 1 ? " is" : "s are") lost"
    if table.lostRowCount > 0 {
      summary +=
        "; \(grouped(table.lostRowCount)) rows of which nothing is left are left out, other lost cells are null"
    } else if cellCount > 0 {
      summary += " and null in the output, which has all \(grouped(table.rowCount)) rows"
    }
    self.summary = summary
    details = Self.lines(table.losses)
    advice = "--lost FILE lists every lost cell; convert the source again if it is still there"
  }

  private static func lines(_ losses: [SalvageLoss]) -> [String] {
    var groups: [(first: SalvageLoss, lastRow: Int, rowCount: Int)] = []
    var known: [String: Int] = [:]
    for loss in losses {
      let lastRow = loss.firstRow + loss.rowCount - 1
      let key = "\(loss.column ?? "")\0\(loss.reason)"
      if let index = known[key] {
        groups[index].lastRow = lastRow
        groups[index].rowCount += loss.rowCount
      } else {
        known[key] = groups.count
        groups.append((loss, lastRow, loss.rowCount))
      }
    }
    var lines = groups.prefix(10).map { group in
      guard let column = group.first.column else { return "lost: \(group.first.reason)" }
      let isWhole = group.rowCount == group.lastRow - group.first.firstRow + 1
      let rows = "rows \(grouped(group.first.firstRow))–\(grouped(group.lastRow))"
      return
        "lost: column \"\(column)\", \(isWhole ? rows : "\(grouped(group.rowCount)) of \(rows)"): \(group.first.reason)"
    }
    if groups.count > lines.count { lines.append("lost: \(grouped(groups.count - lines.count)) more") }
    return lines
  }
}
