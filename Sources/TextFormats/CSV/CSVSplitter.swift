// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import CColumnShims
import Columns

/// Cuts texts into chunks of whole records in the plain form.
///
/// Sequential: workers call ``next(into:)`` under a lock. Where chunks end follows from the bytes alone, never from the sizes
/// of reads or from threads: as many records as fit both limits, at least one. A vector scan finds where records end and stops where
/// a quote is out of form; that record is read by ``CSVRecordWalk`` and written anew. So a chunk begins outside quotes, and the
/// quote state inside it is exactly the parity of its quotes.
final class CSVSplitter {
  /// Columns of the first text that is not empty; nil while all were empty.
  private(set) var header: CSVHeader?
  /// What the first text's dialect is, and why.
  private(set) var sniffing: CSVSniffing?
  /// What the texts opened so far gave reason to say.
  private(set) var warnings: [String] = []
  /// The texts read so far, the last one perhaps in part.
  var inputs: [CSVReport.Input] {
    finished + (file.map { [CSVReport.Input(name: $0.name, byteCount: $0.byteCount, footer: $0.footer)] } ?? [])
  }
  /// A text that is divided otherwise than the first one.
  private(set) var otherwiseDivided: String?

  private let streams: [CSVStream]
  private let options: CSVOptions
  private var finished: [CSVReport.Input] = []
  private var opened = 0
  private var file: CSVOpenFile?
  private var example: CSVOpenFile.Example?
  private var fieldOfColumn: [Int] = []
  private var rowsLeft: Int

  /// Opens the first text that has any record, and reads its header.
  init(_ streams: [CSVStream], options: CSVOptions) throws {
    self.streams = streams
    self.options = options
    rowsLeft = options.rowLimit ?? Int.max
    try openNext()
  }

  /// Fills `chunk` with the next records; false at the end of all texts.
  func next(into chunk: CSVTextChunk) throws -> Bool {
    chunk.removeAll(keepingAtMost: 2 * options.limits.bytesPerChunk(columns: header?.names.count ?? 0))
    guard rowsLeft > 0, let header else { return false }
    let filling = CSVChunkFilling(
      chunk, columns: header.names,
      recordLimit: min(options.limits.recordsPerChunk, rowsLeft), limits: options.limits)
    while let file {
      if chunk.length == 0, chunk.rewrites.isEmpty {
        chunk.origins.removeAll()
        chunk.fieldOfColumn = fieldOfColumn
        chunk.plain = file.plain
        chunk.width = file.sniffing.width
        chunk.isPastTable = file.isPastTable
      }
      guard chunk.fieldOfColumn == fieldOfColumn, chunk.plain == file.plain, chunk.isPastTable == file.isPastTable
      else { break }
      let hasEnded = try filling.fill(from: file)
      if !hasEnded { break }
      try openNext()
    }
    // What was left out may be all there is.
    guard chunk.length > 0 || chunk.leftOut != CSVLeftOut() else { return false }
    if options.rowLimit != nil { rowsLeft -= chunk.rowCount }
    return true
  }

  /// Opens the next text that has any record; `file` is nil when there is none.
  private func openNext() throws {
    if let file { try finish(file) }
    file = nil
    while file == nil, opened < streams.count {
      let stream = streams[opened]
      opened += 1
      let next = try CSVOpenFile(stream, number: opened - 1, options: options, like: example)
      guard next.hasTable else {
        finished.append(CSVReport.Input(name: stream.name, byteCount: next.byteCount, footer: []))
        if let skipped = options.dialect.preambleLines, skipped > 0 {
          warnings.append("\(lastComponent(of: stream.name)): nothing is left after \(skipped) lines")
        }
        continue
      }
      warnings += next.header.warnings
      let name = lastComponent(of: stream.name)
      warnings += next.sniffing.findings.filter(\.isCloseCall).map { "\(name): \($0.name) \($0.value): \($0.reason)" }
      try accept(next)
      file = next
    }
  }

  private func finish(_ file: CSVOpenFile) throws {
    if let piece = options.piece, file.byteOffset > piece.end, !file.isAtEnd { throw textChanged(file.name) }
    finished.append(CSVReport.Input(name: file.name, byteCount: file.byteCount, footer: file.footer))
    guard !file.footer.isEmpty else { return }
    let lines = file.footer.count == 1 ? "the last line is" : "the last \(file.footer.count) lines are"
    warnings.append(
      "\(lastComponent(of: file.name)): \(lines) taken for a note and left out (--footer-lines 0 keeps them)")
  }

  /// The first text sets the table's columns; the others must have the same ones, in any order.
  private func accept(_ next: CSVOpenFile) throws {
    let names = next.header.names
    guard let header else {
      header = next.header
      sniffing = next.sniffing
      fieldOfColumn = Array(names.indices)
      example = CSVOpenFile.Example(file: next.name, dialect: next.sniffing.dialect, names: names)
      return
    }
    if let example, !example.dialect.divides(as: next.sniffing.dialect) {
      otherwiseDivided = otherwiseDivided ?? next.name
    }
    if names == header.names {
      fieldOfColumn = Array(names.indices)
      return
    }
    let first = example?.file ?? streams[0].name
    let positions = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
    let line = next.sniffing.linesBeforeData
    if let missing = header.names.first(where: { positions[$0] == nil }) {
      throw CSVError(
        "csv.columns-differ", "no column \"\(missing)\", which \(first) has",
        at: Place(file: next.name, line: max(1, line), column: missing),
        advice: "files read together must have the same columns, in any order")
    }
    let known = Set(header.names)
    if let extra = names.first(where: { !known.contains($0) }) {
      throw CSVError(
        "csv.columns-differ", "a column \"\(extra)\", which \(first) lacks",
        at: Place(file: next.name, line: max(1, line), column: extra),
        advice: "files read together must have the same columns, in any order")
    }
    fieldOfColumn = header.names.map { positions[$0] ?? 0 }
  }
}
