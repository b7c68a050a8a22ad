// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ChunkFile
import Columns
import ObjectStorage
import TextFormats

/// Writes what can be read of a damaged chunk file to `target`, and to `lost` a table of the cells that cannot: column, first row,
/// number of rows, reason. What comes of which damage: see ``SalvagedTable``.
///
/// Both outputs are opened before the file is read, and published when both are written. `tell` is called once, when all was read and
/// before anything is written: what it is told holds, whatever becomes of the outputs. Throws ``SalvageError`` if nothing can be recovered,
/// `input.not-a-chunk-file`, and what reading and writing throw; then `target` is as it was. Cost: the file is read and decoded twice, and
/// where no cell is lost once more, to find the damage that cost none.
public func salvage(
  _ path: String, to target: OutputTarget, lost: OutputTarget? = nil, threads: Int = 1,
  progress: (@Sendable (WriteProgress) -> Void)? = nil, tell: (SalvageFindings) -> Void
) throws {
  let object = try store(of: path).open(path)
  if try !path.lowercased().hasSuffix(".cln") && !startsLikeChunkFile(object) {
    throw InputError(.notAChunkFile, path: path)
  }
  try publishing(to: target) { output in
    guard let lost else {
      let table = try openDamaged(object, listsLosses: false)
      tell(try SalvageFindings(table, object))
      return try writeTable(table, as: target, to: output, threads: threads, progress: progress)
    }
    // The table of losses is published before the other: where that is new, so is this.
    try publishing(to: lost) { lossOutput in
      let table = try openDamaged(object, listsLosses: true)
      tell(try SalvageFindings(table, object))
      try writeTable(table, as: target, to: output, threads: threads, progress: progress)
      try writeTable(lossTable(table.losses), as: lost, to: lossOutput)
    }
  }
}

/// What reading a damaged file has found.
public struct SalvageFindings: Sendable {
  /// What is lost; nil if nothing is.
  public let losses: SalvageError?
  /// If no cell is lost: one line with the damage that costs nothing; nil if there is none.
  public let harmlessDamage: String?

  init(_ table: SalvagedTable, _ object: any ReadableObject) throws {
    losses = table.lossGroups.isEmpty ? nil : SalvageError(table)
    let losesCells = table.lossGroups.contains { $0.cellCount > 0 }
    harmlessDamage = losesCells ? nil : try Self.damage(of: object)
  }

  /// What ``ChunkFile/verify(_:)`` finds besides the metadata, of which ``losses`` tells.
  private static func damage(of object: any ReadableObject) throws -> String? {
    do {
      let problems = try ChunkFile.verify(object).problems.filter { $0.part != "metadata section" }
      guard let first = problems.first else { return nil }
      let more = problems.count > 1 ? ", and \(counted(problems.count - 1, "problem")) more (colonnade verify)" : ""
      return "damaged, but no cell is lost: \(problemText(first))\(more)"
    } catch let error as StorageError {
      return "damaged, but no cell is lost: \(error.summary)"
    }
  }
}

private func openDamaged(_ object: any ReadableObject, listsLosses: Bool) throws -> SalvagedTable {
  do {
    return try SalvagedTable(object, listsLosses: listsLosses)
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
    details = Self.lines(table.lossGroups)
    let cellCount = table.lossGroups.reduce(0) { $0 + $1.cellCount }
    guard cellCount > 0 else {
      self.summary = "no cell is lost, but what was noted beside the table is (receipts of its conversions)"
      advice =
        "the output has all \(counted(table.rowCount, "row")); receipts come only with converting the source again"
      return
    }
    var summary = "\(counted(cellCount, "cell")) \(cellCount == 1 ? "is" : "are") lost"
    if table.lostRowCount > 0 {
      summary +=
        "; \(counted(table.lostRowCount, "row")) of which nothing is left \(table.lostRowCount == 1 ? "is" : "are") left out, "
        + "other lost cells are null"
    } else {
      summary += " and null in the output, which has all \(counted(table.rowCount, "row"))"
    }
    self.summary = summary
    advice = "--lost FILE lists every lost cell; convert the source again if it is still there"
  }

  private static func lines(_ groups: [SalvageLossGroup]) -> [String] {
    var lines = groups.prefix(10).map { group in
      guard let column = group.column else { return "lost: \(group.reason)" }
      let isWhole = group.cellCount == group.lastRow - group.firstRow + 1
      let rows = "rows \(grouped(group.firstRow))–\(grouped(group.lastRow))"
      return "lost: column \"\(column)\", \(isWhole ? rows : "\(grouped(group.cellCount)) of \(rows)"): \(group.reason)"
    }
    if groups.count > lines.count { lines.append("lost: \(grouped(groups.count - lines.count)) more") }
    return lines
  }
}
