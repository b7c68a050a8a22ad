// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Aggregation
import ChunkFile
import Columns
import ObjectStorage
import TextFormats
import Workers

/// What more a conversion can do than make a new file in the order of the inputs.
public struct ConvertFilesOptions: Sendable {
  /// How CSVs are read; its threads are used for all work.
  public var reading = CSVOptions()
  /// How pages are compressed.
  public var compression = Compression.automatic
  /// Where records left out go.
  public var rejects: OutputTarget?
  /// Where the receipt goes, as JSON.
  public var receipt: OutputTarget?
  /// True: rows are added behind those of the chunk file that is there; where none is, a new one is made. While another such
  /// conversion to the same file runs, this waits for it, in this process or another.
  public var appends = false
  /// Columns to sort all rows by; none: they come in the order of the inputs. Not together with ``appends``.
  public var order: [SortKey] = []
  /// Most memory for the whole process; nil: ``MemoryLimit/standard`` for sorting, else what ``convert(_:makeOutput:)`` takes.
  ///
  /// A row's text takes up to ten times its length while it is read, and several rows are: those of more than a sixteenth of the memory may
  /// pass it, and so do the dictionaries of a file that rows are added to. How many strings go into dictionaries depends on it.
  public var memory: MemoryLimit?
  /// Called as inputs are read.
  public var progress: (@Sendable (ConvertOptions.Progress) -> Void)?
  /// Called as sorted rows are written.
  public var sortProgress: (@Sendable (WriteProgress) -> Void)?

  /// A new file, with one thread.
  public init() {}
}

/// Converts INPUT arguments, all CSVs, into one chunk file and publishes it: afterwards it is there, whole, or an error was
/// thrown and what was there before still is.
///
/// Records left out go to the file of rejects, the receipt as JSON to its own. Both are opened before anything is read, and published just
/// before the chunk file: where that is new, they are. Standard output (`-`) gets its bytes before they are. Throws also `append.type` and
/// `append.changed` (``ConvertFilesOptions/appends``), `column.unknown` and `memory.too-small` (``ConvertFilesOptions/order``).
public func convertFiles(
  _ arguments: [String], to target: OutputTarget, _ choices: ConvertFilesOptions
) throws -> ConvertReceipt {
  let files = try inputPaths(arguments)
  let opened = try openInputs(files)
  try checkPiece(choices.reading, of: opened, paths: files)
  let inputs = try zip(files, opened).map { file, opened in
    try textInput(opened, path: file.path)
  }
  var options = ConvertOptions(inputs: inputs, reading: choices.reading)
  let memory = choices.order.isEmpty ? choices.memory : choices.memory ?? .standard
  if let memory { options.reading.limit(memory: memory) }
  options.groupByteCount = pageGroupByteCount(within: choices.memory)
  options.compression = choices.compression
  options.progress = choices.progress
  let place = choices.appends ? try AppendTarget(target.path) : nil
  defer { place?.release() }
  options.base = choices.appends ? try GrowingFile(target.path) : nil
  let target = place?.conditional(target) ?? target
  options.rejects = try choices.rejects.map(openOutput)
  let receiptWriter = try choices.receipt.map(openOutput)
  let (receipt, output) =
    choices.order.isEmpty ? try convert(options, to: target) : try convertSorted(options, choices, to: target)
  var text = receipt.json
  try text.withUTF8 { try receiptWriter?.write(UnsafeRawBufferPointer($0)) }
  try place?.checkUnchanged()
  try options.rejects?.publish()
  try receiptWriter?.publish()
  try place?.publish(output) ?? output.publish()
  return receipt
}

/// A CSV that was opened. Throws `input.already-converted` for a chunk file, `input.arrow` for an Arrow stream.
func textInput(_ opened: OpenedTable, path: String) throws -> any CSVInput {
  switch opened {
  case .text(let text): return text
  case .chunkFile: throw InputError(.alreadyConverted, path: path)
  case .arrow: throw InputError(.arrow, path: path)
  }
}

private func convert(
  _ options: ConvertOptions, to target: OutputTarget
) throws -> (receipt: ConvertReceipt, output: any ObjectWriter) {
  guard target.path == "-" else { return try convert(options) { try openOutput(target) } }
  let output = try openOutput(target)
  return (try convert(options, into: output), output)
}

/// Converts into a temporary file, and sorts that.
private func convertSorted(
  _ options: ConvertOptions, _ choices: ConvertFilesOptions, to target: OutputTarget
) throws -> (receipt: ConvertReceipt, output: any ObjectWriter) {
  let start = monotonicSeconds()
  let output = try openOutput(target)
  do {
    var reading = options
    reading.compression = .none
    let (table, converted) = try readLargeTable(reading)
    var writing = ChunkWriting(threads: choices.reading.threads)
    // The same bytes for any memory: none is held back.
    writing.groupByteCount = 0
    writing.compression = options.compression
    writing.metadata =
      [(key: receiptKey, value: storedReceipt(converted.report, order: choices.order))]
      + (table.hasInventedNames ? [ChunkFileWriter.inventedNames] : [])
    writing.report(to: choices.sortProgress, rowCount: table.rowCount)
    var sorting = SortWriting(by: try sortColumns(choices.order, of: table), writing: writing)
    sorting.memory = choices.memory ?? .standard
    let summary = try writeSorted(table, to: output, sorting)
    let receipt = ConvertReceipt(
      report: converted.report, order: choices.order, sourceByteCount: converted.sourceByteCount,
      outputByteCount: summary.byteCount, columnByteCounts: summary.columnByteCounts,
      seconds: monotonicSeconds() - start, peakMemoryByteCount: peakMemoryByteCount())
    return (receipt, output)
  } catch {
    output.discard()
    throw error
  }
}

/// Bytes of pages that a file is written in, column by column, where the process has so much memory.
func pageGroupByteCount(within memory: MemoryLimit?) -> Int {
  min(ChunkFileWriter.standardGroupByteCount, (memory?.byteCount ?? .max) / 32)
}

extension CSVOptions {
  /// Reads on as many threads, and with dictionaries, as leave the rest of the process its share of little memory.
  ///
  /// Chunks of narrow tables stay as they are, so that the same strings have codes whatever the memory.
  mutating func limit(memory: MemoryLimit) {
    limits.allDictionaryBytes = min(limits.allDictionaryBytes, memory.byteCount / 8)
    limits.dictionaryBytes = min(limits.dictionaryBytes, memory.byteCount / 8)
    // A thread takes some three to four times the text of a chunk.
    threads = max(1, min(threads, memory.byteCount / (8 * limits.chunkBytes)))
    // Of the rest, what is there of long texts at once while pages are made of them.
    limits.preparedTextBytes = memory.byteCount / 4
    let widest = memory.byteCount / (8 * threads)
    limits.chunkBytesPerColumn = min(limits.chunkBytesPerColumn, max(1, widest / 2048))
  }
}
