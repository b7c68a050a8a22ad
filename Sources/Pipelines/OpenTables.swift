// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ArrowIPC
import ChunkFile
import Columns
import ObjectStorage
import TextFormats

/// Opens INPUT arguments as tables: chunk files where they are, CSVs and Arrow streams read once into nameless temporary chunk files.
///
/// What an input is, its content tells. Each Arrow stream or file is a table. All CSVs together make one table and must have the same columns. `columns` names those
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
  let paths = try inputPaths(arguments)
  let inputs = try openInputs(paths, temporaryFolder: temporaryFolder, notes: notes)
  try checkPiece(reading, of: inputs, paths: paths)
  var reading = reading
  reading.columns = columns
  reading.threads = threads
  if let memory { reading.limit(memory: memory) }
  var tables: [any TableSource] = []
  var texts: [any CSVInput] = []
  for input in inputs {
    switch input {
    case .chunkFile(let file): tables.append(file)
    case .text(let text): texts.append(text)
    case .arrow(let stream):
      var options = ArrowReading(reading, temporaryFolder: temporaryFolder)
      options.progress = progress
      tables.append(try readLargeArrow(stream, options))
    }
  }
  guard !texts.isEmpty else { return tables }
  var options = ConvertOptions(inputs: texts, reading: reading)
  options.compression = .none
  options.temporaryFolder = temporaryFolder
  options.progress = progress
  let table = try readLargeTable(options).table
  return [reading.found.map { PieceOfTable(of: table, namesWithValues: $0.namesWithValues) } ?? table] + tables
}

/// Opens one INPUT as one table. As ``openTables(_:reading:columns:threads:memory:temporaryFolder:progress:)``.
///
/// A folder or pattern of several files is one table, if all have the same columns, in any order: the rows of all CSVs first, then those of
/// the chunk files and Arrow streams, in the order of their names. Throws also what ``JoinedTables/init(_:rowLimit:)`` throws.
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

/// The first rows of one INPUT, which stands for one table as for ``openTable(_:reading:threads:memory:temporaryFolder:progress:)``; of CSVs and Arrow
/// streams, no more is read than they need, and of chunk files no more than the footers of those that other rows lie in.
///
/// A CSV's columns have the types of these rows alone, which later rows may widen.
public func openFirstRows(
  of argument: String, count: Int, reading: CSVOptions = CSVOptions(), threads: Int
) throws -> any TableSource {
  var tables: [any TableSource] = []
  var texts: [any CSVInput] = []
  for input in try openInputs(try inputPaths([argument])) {
    switch input {
    case .chunkFile(let file): tables.append(file)
    case .text(let text): texts.append(text)
    case .arrow(let stream): tables.append(try readFirstArrowRows(stream, count: count))
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
  try openChunkFiles(try inputPaths(arguments, onlyChunkFiles: true))
}

/// The same of files that arguments stand for.
func openChunkFiles(_ inputs: [InputPath]) throws -> [ChunkFile] {
  try zip(inputs, openInputs(inputs)).map { input, opened in
    guard case .chunkFile(let file) = opened else { throw InputError(.notAChunkFile, path: input.path) }
    return file
  }
}

/// Opens a chunk file. Throws `input.not-a-chunk-file` for anything else.
public func openChunkFile(_ path: String) throws -> ChunkFile { try openChunkFiles([InputPath(path)])[0] }

/// Some chunks of a chunk file, counted from 0. Throws also `table.no-such-chunks`.
public func openChunkRange(_ path: String, _ chunks: Range<Int>) throws -> ChunkRange {
  try ChunkRange.checked(chunks, of: openChunkFile(path))
}

/// An input whose kind is known.
enum OpenedTable {
  case chunkFile(ChunkFile)
  case text(any CSVInput)
  /// An Arrow stream or file, decompressed when it is opened.
  case arrow(ArrowInput)
}

/// A file whose kind is known, and that nobody has taken note of.
private enum OpenedFile: Sendable {
  case chunkFile(ChunkFile)
  case text(any StoredText)
  /// With the file itself, if it is an Arrow file that can be read at any place.
  case arrow(any StoredText, (any ReadableObject)?)
  /// Can be read once, and is not open yet.
  case stream
}

/// Tells by its first bytes what `path` is, and opens it.
func openInput(_ path: String, temporaryFolder: String? = nil, notes: InputNotes? = nil) throws -> OpenedTable {
  try openInputs([InputPath(path)], temporaryFolder: temporaryFolder, notes: notes)[0]
}

/// Opens files in their order, several at once where each costs a round trip. Throws what is wrong with the first that cannot be opened.
func openInputs(
  _ inputs: [InputPath], temporaryFolder: String? = nil, notes: InputNotes? = nil
) throws -> [OpenedTable] {
  let files = try mappedAtOnce(inputs, atOnce: openedAtOnce(inputs.map(\.path)), openFile)
  return try zip(inputs, files).map { input, file in
    switch file {
    case .chunkFile(let file):
      notes?.chunkFile(file)
      return .chunkFile(file)
    case .text(let text): return .text(notes?.text(text) ?? text)
    case .arrow(let text, let file):
      let watched = notes?.text(text)
      // A file is not read from start to end: for its checksum, it is when all else is done.
      if file != nil { _ = try watched?.openSequential() }
      return .arrow(ArrowInput(text: watched ?? text, file: file))
    case .stream: return try openStream(input.path, temporaryFolder: temporaryFolder, notes: notes)
    }
  }
}

private func openFile(_ input: InputPath) throws -> OpenedFile {
  let path = input.path
  if let listing = input.listing { return .chunkFile(try openPart(path, listing)) }
  let local = PathInput(path)
  guard isRemote(path) || local.isRereadable else { return .stream }
  let file = try store(of: path).open(path)
  let stored = try storedStart(of: file)
  if stored.withUnsafeBytes({ ChunkFile.hasMagic($0) }) { return .chunkFile(try ChunkFile(file)) }
  let text: any StoredText = isRemote(path) ? ObjectInput(file) : local
  if isArrowFile(firstBytes: stored) { return .arrow(text, file) }
  let start = compressionFormat(firstBytes: stored) == nil ? stored : try firstBytes(of: file)
  if start.withUnsafeBytes({ ChunkFile.hasMagic($0) }) { throw InputError(.compressedChunkFile, path: path) }
  if isArrow(firstBytes: start) { return .arrow(text, nil) }
  if path.lowercased().hasSuffix(".cln") { throw InputError(.notAChunkFile, path: path) }
  if isNamedLikeArrow(path) { throw InputError(.notArrow, path: path) }
  return .text(text)
}

/// A pipe or a device can be read once: a chunk file is kept whole in a temporary file, a CSV is read as it comes.
private func openStream(_ path: String, temporaryFolder: String?, notes: InputNotes?) throws -> OpenedTable {
  let watched = notes?.text(PathInput(path))
  let source = try watched?.openSequential() ?? openSequential(path)
  let start = try source.peek(chunkFileMagicByteCount)
  if isArrow(firstBytes: start) { return .arrow(ArrowInput(text: OpenedInput(source), file: nil)) }
  guard start.withUnsafeBytes({ ChunkFile.hasMagic($0) }) else { return .text(OpenedInput(source)) }
  let kept = try TemporaryFile(in: temporaryFolder)
  try copyBytes(of: source, to: kept)
  let file = try ChunkFile(try kept.reading(), name: path)
  notes?.chunkFile(file, insteadOf: watched)
  return .chunkFile(file)
}

private let chunkFileMagicByteCount = 16

func startsLikeChunkFile(_ object: any ReadableObject) throws -> Bool {
  try storedStart(of: object).withUnsafeBytes { ChunkFile.hasMagic($0) }
}

/// The first bytes as they are stored.
private func storedStart(of object: any ReadableObject) throws -> [UInt8] {
  let count = min(object.byteCount, chunkFileMagicByteCount)
  return try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
    try object.read(at: 0, into: UnsafeMutableRawBufferPointer(buffer))
    filled = count
  }
}

/// The first bytes, decompressed.
private func firstBytes(of object: any ReadableObject) throws -> [UInt8] {
  try decompressing(ObjectSource(object)).peek(chunkFileMagicByteCount)
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
