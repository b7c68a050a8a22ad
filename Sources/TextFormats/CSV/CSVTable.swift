// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Synchronization

/// Reads CSVs as one table in memory, typed over their whole length.
///
/// Throws ``CSVError`` with the place of what cannot be read, `UnknownColumn` for a name in the options that the header lacks, and
/// whatever the streams throw. Several texts must have the same columns, in any order. An empty text is a table without columns.
public func readCSVs(
  _ streams: [CSVStream], options: CSVOptions = CSVOptions(), name: String? = nil
) throws -> (table: Table, report: CSVReport) {
  let sink = TableSink()
  let outcome = try readCSVs(streams, options: options, into: sink)
  let schema = outcome.report.schema
  let chunks = sink.chunks.withLock { $0 }.map { pages in
    zip(pages, schema.fields).map { page, field in page.page.rescaled(from: page.type, to: field.type) }
  }
  let table = Table(
    name: name ?? streams.first?.name ?? "memory", schema: schema, chunks: chunks, dictionaries: outcome.dictionaries,
    hasInventedNames: outcome.report.hasInventedNames)
  return (table, outcome.report)
}

/// Keeps all pages.
private final class TableSink: CSVSink {
  struct Page {
    var page: ColumnPage
    var type: ColumnType
  }

  let chunks = Mutex<[[Page]]>([])

  func prepare(_ page: ColumnPage, column: Int, type: ColumnType, statistics: PageStatistics?) -> Page {
    Page(page: page, type: type)
  }
  func append(rowCount: Int, _ pages: [Page]) { chunks.withLock { $0.append(pages) } }
  func reject(_ rows: [CSVRejectedRow], header: [UInt8]) {}
  func restart() { chunks.withLock { $0 = [] } }
}
