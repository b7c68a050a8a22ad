// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Aggregation
import ArrowIPC
import Columns
import ObjectStorage

// States of aggregates as an Arrow stream: what `Formats/PartialAggregate` says.

extension PartialDescription {
  /// What the schema of stream `file` says. Throws as reading the description does, and `partial.changed` where its check is of something else.
  init(_ schema: ArrowSchema, file: String) throws(PartialError) {
    let entries = schema.metadata.entries.map { ($0.key, $0.value) }
    try self.init(metadata: entries.filter { $0.0 != Self.checkKey }, file: file)
    let told = entries.filter { $0.0 == Self.checkKey }.map(\.1)
    guard !told.isEmpty, told.allSatisfy({ $0 == checkText }) else {
      throw PartialError(
        .changed, "what the stream says of its query has the check \(checkText), not \(told.first ?? "none")",
        Place(file: file), advice: unchangedAdvice)
    }
  }
}

extension [StateColumn] {
  /// These, and behind them that of the rows' checks.
  fileprivate var checked: [StateColumn] {
    let names = Set(map { $0.name.lowercased() })
    var name = "check"
    while names.contains(name) { name += "'" }
    return self + [StateColumn(name: name, form: .value(.int64), mayBeNull: false)]
  }
}

private let unchangedAdvice = "make the states anew; what lies between must not change them"

/// Writes states of a query as a stream, each row with its check.
struct StateWriter {
  private var arrow: ArrowWriter
  private let checks: RowChecks

  /// Writes what stands before the first row. Throws what `sink` throws, as all methods do.
  init(
    _ columns: [StateColumn], _ description: PartialDescription, to sink: @escaping ArrowWriter.Sink
  ) throws {
    let said = description.metadata + [(PartialDescription.checkKey, description.checkText)]
    arrow = try ArrowWriter(
      ArrowSchema(
        columns.checked.map { ArrowField(name: $0.name, type: $0.form.arrowType) },
        metadata: ArrowMetadata(said.map { ArrowMetadata.Entry(key: $0.0, value: $0.1) })), to: sink)
    checks = RowChecks(description)
  }

  /// Writes a batch: a page for each column.
  mutating func write(_ pages: [ColumnPage]) throws {
    try arrow.write(pages + [ColumnPage(values: .int64(checks.checks(pages)))], rowCount: pages[0].rowCount)
  }

  /// Writes what stands behind the last row. Nothing may follow.
  mutating func finish() throws { try arrow.finish() }
}

extension StateColumn.Form {
  /// How it is written.
  fileprivate var arrowType: ArrowType {
    switch self {
    case .bytes: .binary
    case .value(let type): ArrowType(type)
    }
  }
}

/// Opens an input that is read from its start to its end: a file, an object, or `-`.
func openStates(_ path: String) throws -> ArrowStreamReader { try ArrowStreamReader(try openText(path)) }

/// A stream of states as the query's columns, whatever an engine on the way has made of their types where it holds the same values.
struct StateReader {
  private let reader: ArrowStreamReader
  private let columns: [StateColumn]
  private let checks: RowChecks

  /// Precondition: `columns` are those of `description`, which goes for the stream. Throws `partial.columns` where the stream has others.
  init(
    _ reader: ArrowStreamReader, _ columns: [StateColumn], _ description: PartialDescription
  ) throws(PartialError) {
    let columns = columns.checked
    (self.reader, self.columns, checks) = (reader, columns, RowChecks(description))
    let found = reader.schema.fields
    for index in 0..<max(found.count, columns.count) {
      let (has, wanted) = (index < found.count ? found[index] : nil, index < columns.count ? columns[index] : nil)
      if let has, let wanted, has.name == wanted.name, serves(has.type, wanted.form) { continue }
      throw PartialError(
        .columns,
        "column \(index + 1) is \(has.map { described($0.name, $0.type) } ?? "missing"), not "
          + "\(wanted.map { described($0.name, $0.form.arrowType) } ?? "missing")", Place(file: reader.name),
        advice: "columns of states keep their names, order and types on the way")
    }
  }

  /// The next batch's columns, without the checks, and the number of its first row, from 1; nil at the end. Throws `partial.damaged` for keys of more
  /// digits than the inputs' have, `partial.changed` for a row that does not go with its check, and what reading throws.
  func next() throws -> (pages: [ColumnPage], firstRow: Int)? {
    let before = reader.rowCount
    guard let batch = try reader.next() else { return nil }
    var pages: [ColumnPage] = []
    for (index, column) in columns.enumerated() {
      let page = try batch.page(column: index)
      guard case .value(let type) = column.form else {
        pages.append(page)
        continue
      }
      guard let fitted = page.fitted(from: reader.schema.fields[index].type.columnType, to: type) else {
        throw PartialError(
          .damaged, "a value of more digits than \(type) has",
          Place(file: reader.name, row: before + 1, column: column.name), advice: unchangedAdvice)
      }
      pages.append(fitted)
    }
    let told = pages.removeLast()
    try requireUnchanged(pages, told, firstRow: before + 1)
    return (pages, before + 1)
  }

  /// Throws where a row has another check than the one told.
  private func requireUnchanged(_ pages: [ColumnPage], _ told: ColumnPage, firstRow: Int) throws(PartialError) {
    guard case .int64(let expected) = told.values else { preconditionFailure("integers expected") }
    let found = checks.checks(pages)
    guard let row = found.indices.first(where: { found[$0] != expected[$0] || !told.validity.isValid($0) }) else {
      return
    }
    throw PartialError(
      .changed, "the row is not as it was written: its check is \(found[row])",
      Place(file: reader.name, row: firstRow + row, column: columns[pages.count].name), advice: unchangedAdvice)
  }
}

/// True if values of a column of a stream may be those of a state.
private func serves(_ type: ArrowType, _ form: StateColumn.Form) -> Bool {
  switch (type, form) {
  case (.binary, .bytes): true
  case (_, .value(let wanted)): type != .binary && type.columnType.fits(wanted)
  case (_, .bytes): false
  }
}

private func described(_ name: String, _ type: ArrowType) -> String {
  "\"\(name)\" of type \(type == .binary ? "binary" : type.columnType.description)"
}
