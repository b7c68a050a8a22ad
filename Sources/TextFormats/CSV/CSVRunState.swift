// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// What a run knows so far; changed chunk after chunk, in order, so that it does not depend on threads.
final class CSVRunState {
  let plan: [CSVColumnPlan]
  let header: CSVHeader
  /// See ``CSVOutcome/headerOfRejects``.
  let headerOfRejects: [UInt8]
  private let limits: CSVLimits
  private let errorPolicy: CSVOptions.ErrorPolicy
  private(set) var rowCount = 0
  /// Bytes of text read so far.
  private var byteCount = 0
  private let expectedByteCount: Int?
  private var tally = CSVTally()
  private(set) var chunkCount = 0
  private(set) var evidence: [CSVEvidence]
  /// How the values of each column are read in this pass.
  private(set) var styles: [CSVStyle]
  private(set) var nullCounts: [Int]
  /// True once the pages made in this pass cannot all be kept.
  private(set) var needsAnotherPass = false
  private var sights: [[CSVFirstSight]]
  private var pageTypes: [Set<ColumnType>]
  private var dictionaries: [CSVFileDictionary?]
  private var dictionaryCharge = 0
  /// Rows of the first text before the piece that is read of it.
  private let rowsBefore: Int
  private var rowsOfFile: [Int: Int]
  /// Per column, the dictionary that its strings are added to.
  private let known: [StringDictionary?]
  /// Columns whose type is that of the table added to.
  private let typedAsKnown: Set<String>

  /// `expectedByteCount`: about how many bytes all texts have, if that is known.
  init(
    plan: [CSVColumnPlan], header: CSVHeader, options: CSVOptions, headerOfRejects: [UInt8], expectedByteCount: Int?
  ) {
    self.expectedByteCount = expectedByteCount
    self.headerOfRejects = headerOfRejects
    self.plan = plan
    self.header = header
    limits = options.limits
    errorPolicy = options.errorPolicy
    let evidence = plan.map { $0.forced == nil ? options.found?.evidence[$0.name] ?? CSVEvidence() : CSVEvidence() }
    self.evidence = evidence
    styles = zip(plan, evidence).map { $0.rules.style(for: $1) ?? CSVStyle() }
    rowsBefore = options.piece?.rowsBefore ?? 0
    rowsOfFile = [0: rowsBefore]
    sights = plan.map { _ in [] }
    nullCounts = plan.map { _ in 0 }
    pageTypes = plan.map { _ in [] }
    dictionaries = plan.map { _ in nil }
    known = plan.map { options.knownDictionaries[$0.name] }
    typedAsKnown = options.allText ? [] : Set(options.knownTypes.keys).subtracting(options.types.keys)
    startDictionaries()
  }

  private func startDictionaries() {
    dictionaries = known.map { $0.map { CSVFileDictionary($0.entries) } }
    dictionaryCharge = dictionaries.reduce(0) { $0 + ($1?.charge ?? 0) }
  }

  /// Forgets all but evidence and reasons, for the next pass.
  func restart() {
    (rowCount, byteCount, chunkCount) = (0, 0, 0)
    tally = CSVTally()
    nullCounts = plan.map { _ in 0 }
    pageTypes = plan.map { _ in [] }
    startDictionaries()
    rowsOfFile = [0: rowsBefore]
    needsAnotherPass = false
  }

  /// Columns whose values turned out to be written in another style than the one they are read in.
  var columnsOfOtherStyle: [Int] {
    plan.indices.filter {
      plan[$0].forced == nil && styles[$0] != plan[$0].rules.style(for: evidence[$0]) ?? styles[$0]
    }
  }

  /// From now on `columns` are read in the style that their values show. What they showed in the other one is forgotten.
  ///
  /// What values show of styles only grows, so that a column goes through a few of them at most.
  func changeStyles(of columns: [Int]) {
    for column in columns {
      if case .format = styles[column].date {
        evidence[column] = CSVEvidence(.formatMiss)
        sights[column] = []
      } else {
        evidence[column] = CSVEvidence(evidence[column].kinds.subtracting(.styledReading))
        for index in sights[column].indices { sights[column][index].kind.subtract(.styledReading) }
      }
      if let style = plan[column].rules.style(for: evidence[column]) { styles[column] = style }
    }
  }

  /// The types that are supposed from now on.
  func hypotheses(exact: Set<Int>) -> [CSVHypothesis] {
    evidence.enumerated().map { column, evidence in
      var evidence = evidence
      if exact.contains(column) { evidence.kinds.remove(.uncheckedAsFloat) }
      return CSVHypothesis(evidence: evidence, style: styles[column], mustClassify: exact.contains(column))
    }
  }

  /// Columns whose numbers of many digits must be looked at in another pass.
  var undecidedColumns: Set<Int> {
    Set(plan.indices.filter { plan[$0].forced == nil && evidence[$0].needsFloatCheck })
  }

  /// Forgets that `columns` have unchecked numbers: the next pass checks them.
  func expectChecks(of columns: Set<Int>) {
    for column in columns { evidence[column].kinds.remove(.uncheckedAsFloat) }
  }

  func type(of column: Int) -> ColumnType { plan[column].forced ?? evidence[column].type ?? .string }

  /// Takes in what the sample showed of `columns`.
  func addSample(_ sample: CSVSample, of chunk: CSVTextChunk, columns: Set<Int>) {
    for (column, shown) in sample.columns.enumerated() where columns.contains(column) && plan[column].forced == nil {
      note(shown.examples, column: column, chunk: chunk, recordsOfPart: sample.recordsOfPart)
      evidence[column].join(shown.evidence)
    }
  }

  /// What became of a chunk.
  struct Joined {
    /// For each column the codes that its local dictionary's strings have in the whole table; nil where it keeps its own.
    var codes: [[UInt32]?]
    /// Records of the chunk that are left out.
    var rejected: [CSVRejectedRow]
  }

  /// The next chunk in order was read. Throws what is wrong with the text once enough of that is known.
  func add(_ parsed: CSVParsedChunk, of chunk: CSVTextChunk) throws -> Joined {
    let rejected = chunk.diagnose(
      parsed.unevenness.faults, names: header.names, rowsBefore: rowsOfFile, recordsOfPart: parsed.recordsOfPart)
    tally.add(parsed, of: chunk, rowsBefore: rowsOfFile, rejected)
    if errorPolicy == .fail, let error = tally.failure(isLast: false) { throw error }
    for (column, content) in parsed.columns.enumerated() {
      note(content.examples, column: column, chunk: chunk, recordsOfPart: parsed.recordsOfPart)
      evidence[column].join(content.evidence)
      nullCounts[column] += content.nullCount(ofRows: parsed.rowCount)
      if let type = content.type { pageTypes[column].insert(type) }
      checkPages(of: column)
    }
    rowCount += parsed.rowCount
    byteCount += chunk.text.count
    if parsed.rowCount > 0 { chunkCount += 1 }
    for (part, records) in parsed.recordsOfPart.enumerated() {
      rowsOfFile[chunk.origins[part].file, default: 0] += records
    }
    return Joined(codes: isDiscarding ? [] : mergeDictionaries(parsed), rejected: rejected)
  }

  /// True once pages are of no use: another pass will come, or an error.
  var isDiscarding: Bool { needsAnotherPass || (errorPolicy == .fail && tally.rejectedRowCount > 0) }

  /// Throws what was found wrong, at the end of the text.
  func throwFailure() throws {
    if errorPolicy == .fail, let error = tally.failure(isLast: true) { throw error }
  }

  private func checkPages(of column: Int) {
    guard plan[column].forced == nil, !needsAnotherPass else { return }
    if let style = plan[column].rules.style(for: evidence[column]), style != styles[column] { needsAnotherPass = true }
    guard !needsAnotherPass, let type = evidence[column].type else { return }
    needsAnotherPass = !pageTypes[column].allSatisfy { $0.isReadable(as: type) }
  }

  private func note(_ examples: [CSVExample], column: Int, chunk: CSVTextChunk, recordsOfPart: [Int]) {
    for example in examples {
      let new = example.kind.subtracting(evidence[column].kinds)
      let known = sights[column].reduce(into: CSVEvidence.Kinds()) { $0.formUnion($1.kind) }
      let kind = new.subtracting(known)
      if kind.isEmpty { continue }
      var part = 0
      var row = example.row
      while part + 1 < recordsOfPart.count, row >= recordsOfPart[part] {
        row -= recordsOfPart[part]
        part += 1
      }
      let origin = chunk.origins[part]
      sights[column].append(
        CSVFirstSight(
          kind: kind, file: lastComponent(of: origin.name), fileNumber: origin.file,
          row: (rowsOfFile[origin.file] ?? 0) + row + 1,
          shown: example.shown))
    }
  }

  /// About how many rows all texts have, if the rest is like what was read; nil if their size is not known.
  private var expectedRowCount: Int? {
    expectedByteCount.map { Int(Double($0) / Double(max(1, byteCount)) * Double(rowCount)) }
  }

  private func mergeDictionaries(_ parsed: CSVParsedChunk) -> [[UInt32]?] {
    parsed.columns.enumerated().map { column, content in
      guard case .local(_, let validity, let local) = content.content else { return nil }
      let dictionary = dictionaries[column] ?? CSVFileDictionary()
      let before = dictionary.charge
      let valueCount = parsed.rowCount - validity.nullCount(ofRows: parsed.rowCount)
      let codes = dictionary.merge(
        local, valueCount: valueCount,
        expectedCount: expectedRowCount.map { $0 / max(1, parsed.rowCount) * valueCount },
        chargeElsewhere: dictionaryCharge - before, limits: limits)
      if codes != nil {
        dictionaries[column] = dictionary
        dictionaryCharge += dictionary.charge - before
      }
      return codes
    }
  }

  private func reason(_ column: Int, isAllText: Bool, manyFiles: Bool) -> String {
    if isAllText { return "all columns are kept as text" }
    if let given = plan[column].forced {
      if case .format(let format) = styles[column].date { return "as given: \(format)" }
      if typedAsKnown.contains(plan[column].name) { return "as in the file added to" }
      return given == .float64 ? "as given; each number is the nearest float64" : "as given"
    }
    return reasonForType(
      evidence[column], style: styles[column], valueCount: rowCount - nullCounts[column], sights: sights[column],
      manyFiles: manyFiles)
  }

  /// The outcome, once all chunks were added.
  func outcome(splitter: CSVSplitter, passCount: Int, options: CSVOptions) -> CSVOutcome {
    let inputs = splitter.inputs
    let columns = plan.indices.map { column in
      let name = plan[column].name
      let isAllText = options.allText && options.types[name] == nil && options.dateFormatOfColumn[name] == nil
      return CSVReport.Column(
        name: name, type: type(of: column),
        reason: reason(column, isAllText: isAllText, manyFiles: inputs.count > 1),
        nullCount: nullCounts[column])
    }
    let ambiguous = plan.indices.filter { plan[$0].forced == nil && evidence[$0].isAmbiguous }
    var warnings = ambiguous.map { "column \"\(columns[$0].name)\" is kept as text: \(columns[$0].reason)" }
    if let other = splitter.otherwiseDivided, tally.rejectedRowCount > 0 {
      warnings.append(
        "\(lastComponent(of: other)) is divided otherwise than \(lastComponent(of: inputs[0].name)): rejects of both do not read back "
          + "as one text; convert it apart")
    }
    let report = CSVReport(
      inputs: inputs, columns: columns, rowCount: rowCount, tally: tally, sniffing: splitter.sniffing,
      hasInventedNames: header.isInvented, warningsOfTexts: splitter.warnings, warningsOfColumns: warnings,
      passCount: passCount, chunkCount: chunkCount)
    return CSVOutcome(
      report: report, dictionaries: dictionaries.map { $0?.finished() }, headerOfRejects: headerOfRejects,
      found: CSVFoundTypes(of: self))
  }
}

extension CSVParsedColumn {
  func nullCount(ofRows rowCount: Int) -> Int {
    switch content {
    case .allNull: rowCount
    case .page(let page): page.nullCount
    case .local(_, let validity, _): validity.nullCount(ofRows: rowCount)
    }
  }
}

extension ColumnType {
  /// True if a page of this type can stand in a column of type `type` as it is.
  func isReadable(as type: ColumnType) -> Bool {
    switch (self, type) {
    case (.decimal(let precision, let scale), .decimal(let widerPrecision, let widerScale)):
      scale <= widerScale && precision - scale <= widerPrecision - widerScale
    case (.int64, .decimal): true
    default: self == type
    }
  }
}
