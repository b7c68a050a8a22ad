// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ChunkFile
import Columns
import ObjectStorage
import TextFormats

/// Opens INPUT arguments as tables: chunk files where they are, CSVs read once into a nameless temporary chunk file.
///
/// What an input is, its content tells. All CSVs together make one table and must have the same columns. `columns` names those
/// that will be asked for, so that no others are parsed (nil: all). CSVs are read within `memory`, if that is given, and rows of more than
/// a sixteenth of it may pass it; temporary files are made in `temporaryFolder`, nil for `$TMPDIR`, else `/tmp`. Throws a `Diagnosis`.
public func openTables(
  _ arguments: [String], reading: CSVOptions = CSVOptions(), columns: [String]? = nil, threads: Int,
  memory: MemoryLimit? = nil, temporaryFolder: String? = nil,
  progress: (@Sendable (ConvertOptions.Progress) -> Void)? = nil
) throws -> [any TableSource] {
  try openTables(
    arguments, reading: reading, columns: columns, threads: threads, memory: memory, temporaryFolder: temporaryFolder,
    notes: nil, progress: progress)
}

/// The same; size and checksum of each file go to `notes`.
func openTables(
  _ arguments: [String], reading: CSVOptions, columns: [String]? = nil, threads: Int, memory: MemoryLimit? = nil,
  temporaryFolder: String? = nil, notes: InputNotes?, progress: (@Sendable (ConvertOptions.Progress) -> Void)?
) throws -> [any TableSource] {
  let inputs = try expandInputs(arguments).map { try openInput($0, temporaryFolder: temporaryFolder, notes: notes) }
  var tables: [any TableSource] = []
  var texts: [any CSVInput] = []
  for input in inputs {
    switch input {
    case .chunkFile(let file): tables.append(file)
    case .text(let text): texts.append(text)
    }
  }
  guard !texts.isEmpty else { return tables }
  var reading = reading
  reading.columns = columns
  reading.threads = threads
  if let memory { reading.limit(memory: memory) }
  var options = ConvertOptions(inputs: texts, reading: reading)
  options.compression = .none
  options.temporaryFolder = temporaryFolder
  options.progress = progress
  return [try readLargeTable(options).table] + tables
}

/// Opens one INPUT as one table. As ``openTables(_:reading:columns:threads:memory:temporaryFolder:progress:)``.
///
/// A folder or pattern of several files is one table, if all have the same columns, in any order: the rows of all CSVs first, then those of
/// the chunk files, in the order of their names. Throws also what ``JoinedTables/init(_:rowLimit:)`` throws.
public func openTable(
  _ argument: String, reading: CSVOptions = CSVOptions(), threads: Int, memory: MemoryLimit? = nil,
  temporaryFolder: String? = nil, progress: (@Sendable (ConvertOptions.Progress) -> Void)? = nil
) throws -> any TableSource {
  try openTable(
    argument, reading: reading, threads: threads, memory: memory, temporaryFolder: temporaryFolder, notes: nil,
    progress: progress)
}

/// The same; size and checksum of each file go to `notes`.
func openTable(
  _ argument: String, reading: CSVOptions, threads: Int, memory: MemoryLimit? = nil, temporaryFolder: String? = nil,
  notes: InputNotes?, progress: (@Sendable (ConvertOptions.Progress) -> Void)?
) throws -> any TableSource {
  try oneTable(
    try openTables(
      [argument], reading: reading, threads: threads, memory: memory, temporaryFolder: temporaryFolder, notes: notes,
      progress: progress))
}

/// The first rows of one INPUT, which stands for one table as for ``openTable(_:reading:threads:memory:temporaryFolder:progress:)``; of CSVs, no more is
/// read than they need, and of chunk files no more than the footers of those that other rows lie in.
///
/// A CSV's columns have the types of these rows alone, which later rows may widen.
public func openFirstRows(
  of argument: String, count: Int, reading: CSVOptions = CSVOptions(), threads: Int
) throws -> any TableSource {
  var tables: [any TableSource] = []
  var texts: [any CSVInput] = []
  for input in try expandInputs([argument]).map({ try openInput($0) }) {
    switch input {
    case .chunkFile(let file): tables.append(file)
    case .text(let text): texts.append(text)
    }
  }
  if !texts.isEmpty {
    var reading = reading
    reading.rowLimit = count
    reading.threads = threads
    tables.insert(try readTable(ConvertOptions(inputs: texts, reading: reading)).table, at: 0)
    if tables.count == 1 { return tables[0] }
  }
  let whole = tables.count == 1 ? tables[0] : try JoinedTables(tables, rowLimit: count)
  return FirstRows(of: whole, limit: count)
}

/// Opens chunk files: INPUT arguments, of whose folders only names ending in .cln are taken. Throws `input.not-a-chunk-file` for
/// anything else, and what ``expandInputs(_:onlyChunkFiles:)`` throws.
public func openChunkFiles(_ arguments: [String]) throws -> [ChunkFile] {
  try expandInputs(arguments, onlyChunkFiles: true).map(openChunkFile)
}

/// Opens a chunk file. Throws `input.not-a-chunk-file` for anything else.
public func openChunkFile(_ path: String) throws -> ChunkFile {
  guard case .chunkFile(let file) = try openInput(path) else { throw InputError(.notAChunkFile, path: path) }
  return file
}

/// An input whose kind is known.
enum OpenedTable {
  case chunkFile(ChunkFile)
  case text(any CSVInput)
}

/// Tells by its first bytes what `path` is, and opens it.
func openInput(_ path: String, temporaryFolder: String? = nil, notes: InputNotes? = nil) throws -> OpenedTable {
  let text = PathInput(path)
  guard text.isRereadable else { return try openStream(path, temporaryFolder: temporaryFolder, notes: notes) }
  let file = try LocalStore().open(path)
  if try startsLikeChunkFile(file) {
    let file = try ChunkFile(file)
    notes?.chunkFile(file)
    return .chunkFile(file)
  }
  if try isCompressedChunkFile(file) { throw InputError(.compressedChunkFile, path: path) }
  if path.lowercased().hasSuffix(".cln") { throw InputError(.notAChunkFile, path: path) }
  return .text(notes?.text(path) ?? text)
}

/// A pipe or a device can be read once: a chunk file is kept whole in a temporary file, a CSV is read as it comes.
private func openStream(_ path: String, temporaryFolder: String?, notes: InputNotes?) throws -> OpenedTable {
  let watched = notes?.text(path)
  let source = try watched?.openSequential() ?? openSequential(path)
  let start = try source.peek(chunkFileMagicByteCount)
  guard start.withUnsafeBytes({ ChunkFile.hasMagic($0) }) else { return .text(OpenedInput(source)) }
  let kept = try TemporaryFile(in: temporaryFolder)
  try copyBytes(of: source, to: kept)
  let file = try ChunkFile(try kept.reading(), name: path)
  notes?.chunkFile(file, insteadOf: watched)
  return .chunkFile(file)
}

private let chunkFileMagicByteCount = 16

func startsLikeChunkFile(_ object: any ReadableObject) throws -> Bool {
  let count = min(object.byteCount, chunkFileMagicByteCount)
  let start = try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
    try object.read(at: 0, into: UnsafeMutableRawBufferPointer(buffer))
    filled = count
  }
  return start.withUnsafeBytes { ChunkFile.hasMagic($0) }
}

private func isCompressedChunkFile(_ object: any ReadableObject) throws -> Bool {
  let source = PeekableSource(ObjectSource(object))
  guard compressionFormat(firstBytes: try source.peek(4)) != nil else { return false }
  return try decompressing(source).peek(chunkFileMagicByteCount).withUnsafeBytes { ChunkFile.hasMagic($0) }
}

/// Copies what is left of `source`, a mebibyte at a time.
func copyBytes(of source: any ByteSource, to writer: any ObjectWriter) throws {
  let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
  defer { buffer.deallocate() }
  while true {
    let count = try source.read(into: buffer)
    if count == 0 { return }
    try writer.write(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
  }
}
