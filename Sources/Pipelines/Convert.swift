// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ChunkFile
import Columns
import ObjectStorage
import Synchronization
import TextFormats
import Workers

/// What to convert, and how.
public struct ConvertOptions {
  /// How far a conversion has come.
  public struct Progress: Sendable {
    /// Bytes of the inputs taken so far, as stored; starts again if the inputs are read a second time.
    public let consumedByteCount: Int
    /// Bytes of all inputs, nil where that is not known.
    public let totalByteCount: Int?
    /// Data rows so far.
    public let rowCount: Int
  }

  /// CSVs with the same columns, in any order.
  public var inputs: [any CSVInput]
  /// Dialect, given types, nulls, columns, threads.
  public var reading: CSVOptions
  /// How pages are compressed.
  public var compression = Compression.automatic
  /// Takes the records left out, where ``CSVOptions/errorPolicy`` is to skip them, once all was read. Complete afterwards, and the
  /// caller's to publish. Nil: they are counted only.
  public var rejects: (any ObjectWriter)?
  /// The file that rows are added to; nil: a new one.
  var base: GrowingFile?
  /// Bytes of pages that are written column by column (``ChunkFileWriter``).
  var groupByteCount = ChunkFileWriter.standardGroupByteCount
  /// Called after each chunk, from any thread.
  public var progress: (@Sendable (Progress) -> Void)?
  /// Where temporary files are made; nil for `$TMPDIR`, else `/tmp`.
  public var temporaryFolder: String?

  /// Everything found by itself, with one thread.
  public init(inputs: [any CSVInput], reading: CSVOptions = CSVOptions()) {
    self.inputs = inputs
    self.reading = reading
  }
}

/// Converts CSVs to one chunk file, which the caller then publishes.
///
/// `makeOutput` is called once for each reading of the inputs: where a late value contradicts what is already written, that
/// output is discarded and a new one is made. Returns the last one, complete. Memory, however large the
/// inputs: per thread several times the text of a chunk (8 MB; up to 32 MB from 2,000 columns on), at most 96 MiB of dictionaries, and
/// some 2 kB per column. Throws a `Diagnosis` for what is wrong with inputs or output; the output is then discarded.
public func convert(
  _ options: ConvertOptions, makeOutput: @escaping () throws -> any ObjectWriter
) throws -> (receipt: ConvertReceipt, output: any ObjectWriter) {
  let start = monotonicSeconds()
  let sink = ChunkFileSink(
    compression: options.compression, groupByteCount: options.groupByteCount, base: options.base,
    makeOutput: makeOutput, rejects: RejectsText(options.rejects))
  do {
    let meter = ConvertMeter(inputCount: options.inputs.count)
    let outcome = try readCSVs(
      streams(of: options.inputs, options.reading, meter: meter, temporaryFolder: options.temporaryFolder),
      options: options.base?.reading(options.reading, sources: options.inputs.map(\.name)) ?? options.reading,
      into: sink,
      progress: rowCounter(options.progress, meter))
    let (output, summary, growth) = try sink.finish(outcome)
    let receipt = ConvertReceipt(
      report: outcome.report, growth: growth, sourceByteCount: meter.sourceByteCount,
      outputByteCount: summary.byteCount,
      columnByteCounts: summary.columnByteCounts, seconds: monotonicSeconds() - start,
      peakMemoryByteCount: peakMemoryByteCount())
    return (receipt, output)
  } catch {
    sink.discard()
    throw error
  }
}

/// Converts CSVs into `output`, which need not be able to start again: a pipe, standard output. The caller publishes.
///
/// The chunk file is first written to a temporary file.
public func convert(_ options: ConvertOptions, into output: any ObjectWriter) throws -> ConvertReceipt {
  var last: TemporaryFile?
  let (receipt, _) = try convert(options) {
    let file = try TemporaryFile(in: options.temporaryFolder)
    last = file
    return file
  }
  guard let last else { preconditionFailure("convert made no output") }
  try copyBytes(of: ObjectSource(try last.reading()), to: output)
  return receipt
}

/// Reads CSVs as a table in memory: for `head` (with a row limit) and small inputs.
public func readTable(_ options: ConvertOptions) throws -> (table: Table, report: CSVReport) {
  let meter = ConvertMeter(inputCount: options.inputs.count)
  return try readCSVs(
    streams(of: options.inputs, options.reading, meter: meter, temporaryFolder: options.temporaryFolder),
    options: options.reading, name: options.inputs.first?.name)
}

/// Reads CSVs as a table whose pages lie in a nameless temporary file: for inputs of any size.
///
/// Give ``CSVOptions/columns`` to read only those that are needed.
public func readLargeTable(_ options: ConvertOptions) throws -> (table: any TableSource, receipt: ConvertReceipt) {
  var last: TemporaryFile?
  var options = options
  options.groupByteCount = 0
  let (receipt, _) = try convert(options) {
    let file = try TemporaryFile(in: options.temporaryFolder)
    last = file
    return file
  }
  guard let last else { preconditionFailure("convert made no output") }
  let more = options.inputs.count > 1 ? " and \(options.inputs.count - 1) more" : ""
  let name = options.inputs.first.map { $0.name + more }
  return (try ChunkFile(try last.reading(), name: name), receipt)
}

/// Writes a run's pages into a chunk file.
///
/// `writer` is touched in order, by one thread at a time, as ``CSVSink`` promises; pages are encoded on all threads.
private final class ChunkFileSink: CSVSink, @unchecked Sendable {
  private let compression: Compression
  private let groupByteCount: Int
  private let base: GrowingFile?
  private let makeOutput: () throws -> any ObjectWriter
  private let rejects: RejectsText
  private var output: (any ObjectWriter)?
  private var writer: ChunkFileWriter?

  init(
    compression: Compression, groupByteCount: Int, base: GrowingFile?,
    makeOutput: @escaping () throws -> any ObjectWriter, rejects: RejectsText
  ) {
    self.compression = compression
    self.groupByteCount = groupByteCount
    self.base = base
    self.makeOutput = makeOutput
    self.rejects = rejects
  }

  func reject(_ rows: [CSVRejectedRow], header: [UInt8]) throws { try rejects.add(rows, header: header) }

  func prepare(
    _ page: ColumnPage, column: Int, type: ColumnType, statistics: PageStatistics?
  ) throws -> EncodedPage {
    guard let base else {
      return try ChunkFileWriter.encode(page, as: type, statistics: statistics, compression: compression)
    }
    let (fitting, type) = try base.page(page, column: column, type: type)
    let encoded = try ChunkFileWriter.encode(fitting, as: type, statistics: statistics, compression: compression)
    base.note(encoded.statistics, column: column, type: type)
    return encoded
  }

  func append(rowCount: Int, _ pages: [EncodedPage]) throws {
    try startIfNeeded(columnCount: pages.count).append(
      rowCount: rowCount, pages: base?.inStoredOrder(pages) ?? pages)
  }

  private func startIfNeeded(columnCount: Int) throws -> ChunkFileWriter {
    if let writer { return writer }
    let output = try makeOutput()
    self.output = output
    let started = try ChunkFileWriter(
      to: output, columnCount: base?.file.schema.fields.count ?? columnCount, groupByteCount: groupByteCount)
    if let base { try started.appendStored(base.file) }
    writer = started
    return started
  }

  func restart() {
    discard()
    output = nil
    writer = nil
    base?.restart()
  }

  func discard() {
    output?.discard()
    rejects.discard()
  }

  func finish(_ outcome: CSVOutcome) throws -> (any ObjectWriter, ChunkFileSummary, ConvertReceipt.Growth?) {
    // What does not go together is told before an old file is copied for nothing.
    let schema = try base?.schema(outcome.report) ?? outcome.report.schema
    let writer = try startIfNeeded(columnCount: outcome.report.columns.count)
    let receipt = (key: receiptKey, value: storedReceipt(outcome.report, rowsBefore: base?.file.rowCount))
    let isNameless = base == nil && outcome.report.hasInventedNames
    let summary = try writer.finish(
      schema: schema, dictionaries: base?.dictionaries(outcome, schema) ?? outcome.dictionaries,
      metadata: try base?.metadata(adding: receipt) ?? [receipt] + (isNameless ? [ChunkFileWriter.inventedNames] : []))
    guard let output else { preconditionFailure("a chunk file without an output") }
    try rejects.finish(header: outcome.headerOfRejects)
    return (output, summary, base.map { ConvertReceipt.Growth(of: $0.file, to: schema, summary) })
  }
}

private func rowCounter(
  _ progress: (@Sendable (ConvertOptions.Progress) -> Void)?, _ meter: ConvertMeter
) -> (@Sendable (Int) -> Void)? {
  guard let progress else { return nil }
  return { rowCount in
    progress(
      ConvertOptions.Progress(
        consumedByteCount: meter.consumedByteCount, totalByteCount: meter.totalByteCount, rowCount: rowCount))
  }
}
