// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import CColumnShims
import Columns

/// Builds one column of one chunk after the other, in one worker.
///
/// Tries the type that the hypothesis says; where a value contradicts, looks at all values, joins what they show to the
/// hypothesis and builds again with the type that follows. So the page's type depends on the hypothesis and the chunk alone.
final class CSVColumnBuilder {
  /// What the next round over the chunk's text is for.
  enum Step: Equatable {
    case classify
    case build(ColumnType)
    case done
  }

  private(set) var step = Step.done
  /// Rows, of those handed in, whose field makes them none.
  private(set) var faultyRows: [Int] = []
  private let forced: ColumnType?
  private let rules: CSVStyleRules
  private var style = CSVStyle()
  private lazy var restyled = CSVRestyledFields()
  private var hypothesis = CSVEvidence()
  private var slotCount = 0
  private var seen = CSVEvidence()
  private var isExact = false
  private var examples: [CSVExample] = []
  private var hasFailed = false

  private var integers: [Int64] = []
  private var wideIntegers: [Int128] = []
  private var doubles: [Double] = []
  private var codes: [UInt32] = []
  private var validity: [UInt64] = []
  private var notes = CSVNumberNotes()
  private var timestampNotes = CSVTimestampNotes()
  private var facts = cs_number_facts()
  private lazy var dictionary = CSVLocalDictionary()

  init(forced: ColumnType?, rules: CSVStyleRules) {
    self.forced = forced
    self.rules = rules
  }

  /// True if what makes a field faulty is that it is no UTF-8.
  var isText: Bool { forced ?? .string == .string }

  /// What the values of the present round of classification showed.
  var shown: (CSVEvidence, [CSVExample]) { step == .classify ? (seen, examples) : (CSVEvidence(), []) }

  /// Starts a chunk of at most `slotCount` rows.
  func begin(slotCount: Int, hypothesis supposed: CSVHypothesis) {
    self.slotCount = slotCount
    hypothesis = supposed.evidence
    style = supposed.style
    seen = CSVEvidence()
    isExact = false
    examples = []
    faultyRows = []
    if let forced {
      start(.build(forced))
    } else if let type = hypothesis.type, !supposed.mustClassify, type != .string || hypothesis.isSettledText {
      start(.build(type))
    } else {
      start(.classify)
    }
  }

  private func start(_ step: Step) {
    self.step = step
    hasFailed = false
    validity = []
    notes = CSVNumberNotes()
    timestampNotes = CSVTimestampNotes()
    facts = cs_number_facts()
    guard case .build(let type) = step else { return }
    switch type {
    case .string:
      codes = [UInt32](repeating: 0, count: slotCount)
      dictionary.removeAll()
    case .float64: doubles = [Double](repeating: 0, count: slotCount)
    case _ where type.isWide: wideIntegers = [Int128](repeating: 0, count: slotCount)
    default: integers = [Int64](repeating: 0, count: slotCount)
    }
  }

  /// Takes the next rows, the first of which is row `row` of the chunk.
  func add(_ fields: CSVFields, of chunk: CSVTextChunk, at row: Int) {
    guard !hasFailed else { return }
    var text = UnsafePointer(chunk.bytes.assumingMemoryBound(to: UInt8.self))
    switch step {
    case .done: return
    case .classify: classifyAll(text, fields, row)
    case .build(let type):
      var fields = fields
      if style.rewrites(type) {
        restyled.restyle(fields, of: text, as: style, for: type)
        (text, fields) = (UnsafePointer(restyled.text), restyled.fields)
      }
      var done = 0
      while true {
        let parsed = parse(text, fields, row + done, type)
        if parsed == fields.count { break }
        // Text that is not UTF-8 fits no type; any other value fits text.
        guard forced != nil || type == .string else {
          hasFailed = true
          break
        }
        faultyRows.append(row + done + parsed)
        fields.hide(parsed + 1)
        done += parsed + 1
      }
      fields.showAll()
      if fields.nullCount > 0, !hasFailed { noteNulls(fields, row) }
    }
  }

  private func noteNulls(_ fields: CSVFields, _ row: Int) {
    if validity.isEmpty { validity = [UInt64](repeating: .max, count: (slotCount + 63) / 64) }
    validity.withUnsafeMutableBufferPointer { words in
      for index in 0..<fields.count where fields.starts[index] == fields.ends[index] {
        words[(row + index) >> 6] &= ~(1 &<< UInt64((row + index) & 63))
      }
    }
  }

  /// Returns the first row in `fields` that is no `type`, or all.
  private func parse(_ text: UnsafePointer<UInt8>, _ fields: CSVFields, _ row: Int, _ type: ColumnType) -> Int {
    switch type {
    case .bool: integers.withUnsafeMutableBufferPointer { parseTruthValues(text, fields, into: $0.baseAddress! + row) }
    case .date: integers.withUnsafeMutableBufferPointer { parseDates(text, fields, into: $0.baseAddress! + row) }
    case .timestamp(let isUTC):
      integers.withUnsafeMutableBufferPointer {
        parseTimestamps(text, fields, isUTC: isUTC, into: $0.baseAddress! + row, &timestampNotes)
      }
    case .int64:
      integers.withUnsafeMutableBufferPointer { parseIntegers(text, fields, into: $0.baseAddress! + row, &notes) }
    case .float64:
      doubles.withUnsafeMutableBufferPointer { doubles in
        let target = doubles.baseAddress! + row
        let parsed = cs_parse_doubles(text, fields.starts, fields.ends, fields.count, target, &facts)
        // A type that is given may round a number, but not to infinity.
        return forced == nil ? parsed : firstOverflow(text, fields, target, parsed)
      }
    case .string:
      codes.withUnsafeMutableBufferPointer { dictionary.number(text, fields, into: $0.baseAddress! + row) }
    case .decimal(_, let scale):
      parseDecimals(text, fields, row, scale, isWide: type.isWide)
    }
  }

  /// The first of `count` rows whose number became infinite although its text is not spelled so, or `count`.
  private func firstOverflow(
    _ text: UnsafePointer<UInt8>, _ fields: CSVFields, _ doubles: UnsafePointer<Double>, _ count: Int
  ) -> Int {
    for index in 0..<count where doubles[index].isInfinite && fields.ends[index] > fields.starts[index] {
      if text[Int(fields.ends[index]) - 1] < UInt8(ascii: ":") { return index }
    }
    return count
  }

  private func parseDecimals(
    _ text: UnsafePointer<UInt8>, _ fields: CSVFields, _ row: Int, _ scale: Int, isWide: Bool
  ) -> Int {
    let parsed =
      if isWide {
        wideIntegers.withUnsafeMutableBufferPointer {
          parseWideDecimals(text, fields, scale: scale, into: $0.baseAddress! + row, &notes)
        }
      } else {
        integers.withUnsafeMutableBufferPointer {
          parseNarrowDecimals(text, fields, scale: scale, into: $0.baseAddress! + row, &notes)
        }
      }
    guard case .decimal(let precision, _) = forced, parsed == fields.count else { return parsed }
    guard !notes.isComplete || notes.integerDigits + scale > precision else { return parsed }
    return firstTooWide(text, fields, precision: precision, scale: scale)
  }

  /// Where a given decimal type is too narrow; the loops only say that it is.
  private func firstTooWide(_ text: UnsafePointer<UInt8>, _ fields: CSVFields, precision: Int, scale: Int) -> Int {
    for row in 0..<fields.count where fields.ends[row] > fields.starts[row] {
      let start = Int(fields.starts[row])
      let shown = classify(field: UnsafeRawBufferPointer(start: text + start, count: Int(fields.ends[row]) - start))
      if shown.fractionDigits > scale || shown.integerDigits + scale > precision { return row }
    }
    return fields.count
  }

  private func classifyAll(_ text: UnsafePointer<UInt8>, _ fields: CSVFields, _ row: Int) {
    var previous = (start: 0, length: -1)
    for index in 0..<fields.count {
      let start = Int(fields.starts[index])
      let length = Int(fields.ends[index]) - start
      if length == 0 { continue }
      // A quoted empty field has length -1: it is looked at each time, as there is nothing to compare.
      if length > 0, length == previous.length, equalStrings(text + start, text + previous.start, length) { continue }
      previous = (start, length)
      let field = UnsafeRawBufferPointer(start: text + start, count: max(0, length))
      let shown = length < 0 ? evidenceOfEmptyString : classify(field: field, style: style)
      let new = shown.kinds.subtracting(seen.kinds)
      if !new.isEmpty { examples.append(CSVExample(kind: new, row: row + index, shown: quotedForMessage(field))) }
      seen.join(shown)
    }
  }

  private var evidenceOfEmptyString: CSVEvidence {
    if case .format = style.date { return CSVEvidence(.formatMiss) }
    return CSVEvidence(.emptyString)
  }

  /// Ends a round over the chunk's text and says by ``step`` what comes next. Traps if the loops and the classification disagree.
  func endRound() {
    switch step {
    case .done: return
    case .classify:
      isExact = true
      follow()
    case .build(let type):
      if forced != nil || !faultyRows.isEmpty {
        step = .done
      } else if hasFailed {
        precondition(!isExact, "a typed loop refused what the classification had allowed")
        start(.classify)
      } else {
        if !isExact, type != .string { seen = type == .float64 ? CSVEvidence(facts) : evidenceOfLoop(type) }
        follow(built: type)
      }
    }
  }

  private func evidenceOfLoop(_ type: ColumnType) -> CSVEvidence {
    switch type {
    case .bool: CSVEvidence(.bool)
    case .date: CSVEvidence(style.date == .iso ? .date : .styledDate)
    case .timestamp(let isUTC): timestampNotes.evidence(isUTC: isUTC, isStyled: style.date != .iso)
    default: notes.evidence
    }
  }

  /// The type that follows from all that is known. Where that is read in another style, the pages are of no use: text then, which
  /// finds what is no UTF-8.
  private var typeKnown: ColumnType? {
    let known = hypothesis.joined(seen)
    return rules.style(for: known) ?? style == style ? known.type : .string
  }

  /// Decides the next step from what is known now; `built` is what the slots hold, if anything.
  private func follow(built: ColumnType? = nil) {
    guard let type = typeKnown else {
      step = .done
      return
    }
    if let built, built.isWide == type.isWide, built.scale == type.scale, built.isSameKind(as: type), notes.isComplete {
      step = .done
    } else {
      start(.build(type))
    }
  }

  /// What was built of `rowCount` rows.
  func finish(rowCount: Int) -> CSVParsedColumn {
    let type = forced ?? typeKnown
    guard let type else { return CSVParsedColumn(type: nil, content: .allNull, evidence: seen, examples: []) }
    let validity = finishedValidity(rowCount)
    if validity == .allNull {
      return CSVParsedColumn(type: nil, content: .allNull, evidence: CSVEvidence(), examples: [])
    }
    let content: CSVParsedColumn.Content
    switch type {
    case .string: content = .local(codes: take(&codes, rowCount), validity: validity, dictionary: dictionary)
    case .float64: content = .page(ColumnPage(values: .float64(take(&doubles, rowCount)), validity: validity))
    case _ where type.isWide:
      content = .page(ColumnPage(values: .int128(take(&wideIntegers, rowCount)), validity: validity))
    default: content = .page(ColumnPage(values: .int64(take(&integers, rowCount)), validity: validity))
    }
    return CSVParsedColumn(type: type, content: content, evidence: seen, examples: examples)
  }

  private func finishedValidity(_ rowCount: Int) -> Validity {
    if validity.isEmpty { return .allValid }
    validity.removeLast(validity.count - (rowCount + 63) / 64)
    if rowCount & 63 != 0 { validity[validity.count - 1] &= (1 << UInt64(rowCount & 63)) - 1 }
    return Validity(words: validity, rowCount: rowCount)
  }

  private func take<T>(_ values: inout [T], _ rowCount: Int) -> [T] {
    var taken: [T] = []
    swap(&taken, &values)
    taken.removeLast(taken.count - rowCount)
    return taken
  }
}
