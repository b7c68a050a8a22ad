// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Synchronization
import Workers

/// Reads texts as one table into `sink`, with the workers that the options say.
///
/// Each worker takes a chunk of text, types it, waits for its turn to join dictionaries and evidence, prepares the pages,
/// and waits for its turn to add them. If a late value contradicts pages already made, the texts are read again with
/// the wider types. `progress` is called after each chunk with the rows so far.
package func readCSVs<Sink: CSVSink>(
  _ streams: [CSVStream], options: CSVOptions, into sink: Sink, progress: (@Sendable (Int) -> Void)? = nil
) throws -> CSVOutcome {
  try checkDialect(options.dialect)
  var splitter = try CSVSplitter(streams, options: options)
  guard let header = splitter.header else {
    return try outcomeOfNothing(splitter, options)
  }
  let plan = try planColumns(header, options: options, source: streams[0].name)
  try options.onColumns?(plan.map(\.name))
  let state = CSVRunState(
    plan: plan, header: header, options: options, headerOfRejects: headerOfRejects(splitter.sniffing, header),
    expectedByteCount: streams.reduce(0) { total, stream in total.flatMap { sum in stream.byteCount.map { sum + $0 } } }
  )
  var passCount = 1
  var exact: Set<Int> = []
  // Where it is known what all values show, the first ones show nothing more.
  var unsampled: [Int]? = plan.indices.filter { options.found?.evidence[plan[$0].name] == nil }
  while true {
    let pass = CSVPass(splitter: splitter, state: state, sink: sink, options: options, progress: progress)
    if let unsampled, !unsampled.isEmpty {
      try pass.sampleFirstChunk(columns: unsampled)
    }
    try pass.run(state.hypotheses(exact: exact))
    try state.throwFailure()
    let undecided = state.undecidedColumns
    if !state.needsAnotherPass, undecided.isEmpty { break }
    // What is known only grows, so a third or fourth pass is the last; styles may take as many more.
    exact.formUnion(undecided)
    state.expectChecks(of: undecided)
    let changed = state.columnsOfOtherStyle
    state.changeStyles(of: changed)
    unsampled = changed.isEmpty ? nil : changed
    passCount += 1
    state.restart()
    try sink.restart()
    splitter = try CSVSplitter(streams, options: options)
    guard splitter.header == header else { throw textChanged(streams[0].name) }
  }
  try options.found?.checkKept(state, source: streams[0].name)
  let outcome = state.outcome(splitter: splitter, passCount: passCount, options: options)
  options.onReport?(outcome.report)
  return outcome
}

/// Says that a text is not what it was.
func textChanged(_ name: String) -> CSVError {
  CSVError(
    "csv.changed", "the text changed while it was read", at: Place(file: name),
    advice: "read a copy that nobody writes to")
}

func checkDialect(_ hints: CSVDialectHints) throws {
  let special: [UInt8] = [0, 10, 13]
  let quote = hints.quote.flatMap { $0 }
  if let delimiter = hints.delimiter {
    let isUsable =
      !delimiter.isEmpty && delimiter.count <= 8 && delimiter.allSatisfy { !special.contains($0) && $0 != quote }
    if isUsable, hints.quote != nil || !delimiter.contains(UInt8(ascii: "\"")) { return }
    throw CSVError(
      "csv.delimiter", "this cannot be a delimiter", at: Place(),
      advice: "use one to eight bytes other than quote and line end")
  }
}

/// The outcome of texts without any record: of no columns, or of those that other pieces show.
private func outcomeOfNothing(_ splitter: CSVSplitter, _ options: CSVOptions) throws -> CSVOutcome {
  let source = splitter.inputs.first?.name ?? ""
  if let names = options.found?.names, !names.isEmpty {
    var options = options
    // They have their new names.
    options.renames = [:]
    let header = CSVHeader(names: names, width: names.count, file: source)
    let plan = try planColumns(header, options: options, source: source)
    try options.onColumns?(plan.map(\.name))
    let state = CSVRunState(
      plan: plan, header: header, options: options, headerOfRejects: [], expectedByteCount: 0)
    try options.found?.checkKept(state, source: source)
    return state.outcome(splitter: splitter, passCount: 1, options: options)
  }
  let asked = [options.columns?.first, options.types.keys.min(), options.renames.keys.min()]
  if !options.isLookedAt, let name = asked.compactMap({ $0 }).first {
    throw UnknownColumn(name: name, source: source, known: [])
  }
  let report = CSVReport(
    inputs: splitter.inputs, columns: [], rowCount: 0, tally: CSVTally(), sniffing: nil, hasInventedNames: false,
    warningsOfTexts: splitter.warnings, passCount: 1, chunkCount: 0)
  return CSVOutcome(report: report, dictionaries: [], headerOfRejects: [], found: CSVFoundTypes())
}

private func planColumns(_ header: CSVHeader, options: CSVOptions, source: String) throws -> [CSVColumnPlan] {
  let names = try renamed(header.names, options.renames, source: source)
  let schema = Schema(names.map { Field(name: $0, type: .string) })
  for name in options.types.keys.sorted() { _ = try schema.require(name, in: source) }
  for name in options.nullSpellingsOfColumn.keys.sorted() { _ = try schema.require(name, in: source) }
  for name in options.dateFormatOfColumn.keys.sorted() { _ = try schema.require(name, in: source) }
  let wanted = try options.columns.map { names in
    // A chunk counts its rows by its columns: where none is asked for, the first is read.
    names.isEmpty ? [0] : Set(try names.map { try schema.require($0, in: source) })
  }
  return names.enumerated().compactMap { position, name in
    guard wanted?.contains(position) ?? true else { return nil }
    let nulls = options.nullSpellings + (options.nullSpellingsOfColumn[name] ?? [])
    let format = options.dateFormatOfColumn[name]
    let forced = options.types[name] ?? format?.type ?? (options.allText ? .string : options.knownTypes[name])
    var rules = CSVStyleRules(format: format ?? options.dateFormat, number: options.numberStyle)
    // A type that is given and that the format does not give is read as without it.
    if let forced, rules.format?.gives(forced) == false { rules.format = nil }
    return CSVColumnPlan(
      name: name, position: position, forced: forced, nullSpellings: nulls.map { Array($0.utf8) }, rules: rules)
  }
}

private func renamed(_ names: [String], _ renames: [String: String], source: String) throws -> [String] {
  guard !renames.isEmpty else { return names }
  let schema = Schema(names.map { Field(name: $0, type: .string) })
  for name in renames.keys.sorted() { _ = try schema.require(name, in: source) }
  let new = names.map { renames[$0] ?? $0 }
  var taken = Set<String>()
  for name in new where !taken.insert(name).inserted {
    throw CSVError(
      "csv.rename", "two columns would be called \"\(name)\"", at: Place(file: source, column: name),
      advice: "give each column a name of its own")
  }
  return new
}

/// One reading of all texts.
///
/// Workers share it: the splitter is used under `lock`, the state in the first turnstile alone, the sink's order in the second.
private final class CSVPass<Sink: CSVSink>: @unchecked Sendable {
  private let splitter: CSVSplitter
  private let state: CSVRunState
  private let sink: Sink
  private let options: CSVOptions
  private let progress: (@Sendable (Int) -> Void)?
  /// See ``CSVLimits/preparedTextBytes``; nil: not limited.
  private let allowance: Allowance?
  private let lock = Mutex(())
  private var sampled: CSVTextChunk?
  private var isOver = false
  private var nextTicket = 0

  init(
    splitter: CSVSplitter, state: CSVRunState, sink: Sink, options: CSVOptions, progress: (@Sendable (Int) -> Void)?
  ) {
    self.splitter = splitter
    self.state = state
    self.sink = sink
    self.options = options
    self.progress = progress
    let mostBytes = options.limits.preparedTextBytes
    allowance = mostBytes == .max ? nil : Allowance(mostBytes)
  }

  private func makeParser() -> CSVChunkParser {
    CSVChunkParser(plan: state.plan, width: state.header.names.count, options: options)
  }

  /// Reads the first chunk and looks at the beginning of `columns`, in each style that it leads to; the chunk is then the first to be
  /// taken.
  func sampleFirstChunk(columns: [Int]) throws {
    let chunk = CSVTextChunk()
    guard try splitter.next(into: chunk) else {
      isOver = true
      return
    }
    let parser = makeParser()
    var columns = columns
    while !columns.isEmpty {
      let sample = parser.sample(chunk, sampleBytes: options.limits.sampleBytes, state.styles)
      state.addSample(sample, of: chunk, columns: Set(columns))
      columns = state.columnsOfOtherStyle
      state.changeStyles(of: columns)
    }
    sampled = chunk
  }

  /// Each worker keeps builders and pages of all columns: very wide tables get fewer workers, so that memory is bounded.
  private var workerCount: Int { max(1, min(options.threads, 131_072 / max(1, state.plan.count))) }

  func run(_ hypotheses: [CSVHypothesis]) throws {
    let cancellation = Cancellation()
    let turns = Turns(join: Turnstile(cancellation: cancellation), add: Turnstile(cancellation: cancellation))
    try runWorkers(workerCount, cancellation: cancellation) { [self] _, cancellation in
      let parser = makeParser()
      let chunk = CSVTextChunk()
      while !cancellation.isCancelled, let (ticket, failure) = take(chunk) {
        guard try work(chunk, ticket, failure, parser, hypotheses, turns) else { return }
      }
    }
  }

  /// The next ticket, with its text in `chunk` or the error met when reading it; nil when all is read.
  private func take(_ chunk: CSVTextChunk) -> (ticket: Int, failure: (any Error)?)? {
    lock.withLock { _ in
      if isOver { return nil }
      var failure: (any Error)?
      if let first = sampled {
        chunk.swap(with: first)
        sampled = nil
      } else {
        do {
          guard try splitter.next(into: chunk) else {
            isOver = true
            return nil
          }
        } catch {
          // It waits for its turn like any chunk, so that the first error in the text is the one that is told.
          failure = error
          isOver = true
        }
      }
      nextTicket += 1
      return (nextTicket - 1, failure)
    }
  }

  /// False if the run was cancelled.
  private func work(
    _ chunk: CSVTextChunk, _ ticket: Int, _ failure: (any Error)?, _ parser: CSVChunkParser,
    _ hypotheses: [CSVHypothesis], _ turns: Turns
  ) throws -> Bool {
    let parsed = failure == nil ? parser.parse(chunk, hypotheses) : nil
    let joined = try turns.join.pass(ticket: ticket) {
      guard let parsed else {
        // What is wrong before it is told first.
        try state.throwFailure()
        throw failure!
      }
      let joined = try state.add(parsed, of: chunk)
      // Taken in the order of tickets, as the allowance asks for.
      let wanted = allowance == nil || state.isDiscarding ? 0 : bytesToPrepare(parsed, joined.codes)
      allowance?.take(wanted)
      return (joined, state.isDiscarding, state.rowCount, wanted)
    }
    guard let (joined, isDiscarded, rowsSoFar, taken) = joined, let parsed else { return false }
    defer { allowance?.giveBack(taken) }
    // Long text is in the pages by now; beside what they take it would be held once more.
    if taken > chunk.length { chunk.removeAll(keepingAtMost: 0) }
    let isWanted = !isDiscarded && parsed.rowCount > 0
    let prepared = isWanted ? try preparePages(parsed, joined.codes) : []
    let added: Void? = try turns.add.pass(ticket: ticket) {
      if !isDiscarded, !joined.rejected.isEmpty { try sink.reject(joined.rejected, header: state.headerOfRejects) }
      if isWanted { try sink.append(rowCount: parsed.rowCount, prepared) }
      progress?(rowsSoFar)
    }
    return added != nil
  }

  private func preparePages(_ parsed: CSVParsedChunk, _ codes: [[UInt32]?]) throws -> [Sink.Prepared] {
    try parsed.columns.enumerated().map { column, content in
      let finished = finishPage(content, fileCodes: codes[column], rowCount: parsed.rowCount)
      return try sink.prepare(finished.page, column: column, type: finished.type, statistics: finished.statistics)
    }
  }
}

/// Bytes that pages of text take until they are added: all of them as stored, the longest one also as a page and as encoded. O(rows) for each.
private func bytesToPrepare(_ parsed: CSVParsedChunk, _ codes: [[UInt32]?]) -> Int {
  var (all, longest) = (0, 0)
  for (column, content) in parsed.columns.enumerated() where codes[column] == nil {
    guard case .local(let positions, _, let dictionary) = content.content else { continue }
    let byteCount = positions.reduce(0) { $1 == 0 ? $0 : $0 + dictionary.string(Int($1) - 1).count }
    all += byteCount
    longest = max(longest, byteCount)
  }
  return all + 2 * longest
}

/// The two places where workers pass in order.
private struct Turns: Sendable {
  let join: Turnstile
  let add: Turnstile
}
