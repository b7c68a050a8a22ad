// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Kernels

/// Evaluates a filter chunk by chunk, for one worker.
///
/// What the footer knows decides whole pages, which then are not read; strings are looked at once per entry of a dictionary, then
/// rows by their codes; packed integers are compared as they are, unless so many leaves ask a column that unpacking them once is less.
final class FilterEvaluation {
  private let filter: Filter
  /// False: every page is read and looked at.
  private let usesStatistics: Bool
  /// Per leaf, for each dictionary met, 1 for each code that the leaf takes.
  private var flags: [[ObjectIdentifier: (dictionary: StringDictionary, flags: [UInt8])]]
  /// Per column that many leaves ask, its page of the chunk at hand, and what its integers are to be multiplied with.
  private var kept: [Int: (form: PageForm, factor: Int128)] = [:]
  /// What the footer's statistics of the chunk at hand tell of each leaf that was asked for, by its number.
  private var verdicts: [Int: Verdict] = [:]
  private let computed: ComputedSelection
  private let counts: AggregationCounts?
  /// From so many leaves on, a column's page is read, checked and unpacked once a chunk, and kept.
  private static let leavesOfKeptPages = 3

  /// `counts` are told of each chunk.
  init(_ filter: Filter, usesStatistics: Bool, counts: AggregationCounts? = nil) {
    self.counts = counts
    self.filter = filter
    self.usesStatistics = usesStatistics
    flags = Array(repeating: [:], count: filter.leafCount)
    computed = ComputedSelection(filter.program)
  }

  /// Rows of a chunk that the filter takes. Throws what reading throws.
  func select(_ source: any TableSource, number: Int, chunk: Int) throws -> Selection {
    let rowCount = source.rowCount(ofChunk: chunk)
    defer { forgetChunk() }
    let place = ChunkPlace(source: source, number: number, chunk: chunk, rowCount: rowCount)
    if try verdict(filter.root, place) == .none {
      counts?.note(takenRows: 0, isRuledOut: true)
      return .none
    }
    let selection =
      filter.root.isComputed
      ? try selectComputed(filter.root, place, within: .all) : try select(filter.root, place)
    counts?.note(takenRows: selection.count(ofRows: rowCount), isRuledOut: false)
    return selection.simplified(ofRows: rowCount)
  }

  /// False if what the footer knows rules the chunk out. Nothing is counted.
  func mayTakeRows(_ source: any TableSource, number: Int, chunk: Int) throws -> Bool {
    defer { forgetChunk() }
    let place = ChunkPlace(
      source: source, number: number, chunk: chunk, rowCount: source.rowCount(ofChunk: chunk))
    return try verdict(filter.root, place) != .none
  }

  private func forgetChunk() {
    kept = [:]
    verdicts = [:]
  }

  /// Which of the rows `within` a part takes that is worked out in part; of others, it may or may not take any.
  ///
  /// Worked out are only rows that the conditions on single columns leave open, here and in all parts around, and in `and` and `or` those
  /// that earlier parts leave open: which rows may fail depends on the rows alone, not on chunks or statistics.
  private func selectComputed(_ node: Filter.Node, _ place: ChunkPlace, within: Selection) throws -> Selection {
    guard node.isComputed else { return try select(node, place) }
    let known = try known(node, place)
    let open = within.intersected(with: known.possible).subtracting(known.certain, ofRows: place.rowCount)
      .simplified(ofRows: place.rowCount)
    if case .none = open { return known.certain }
    switch node {
    case .constant, .leaf: preconditionFailure("not worked out")
    case .computed(let root, let isTrue):
      return try computed.select(root, isTrue: isTrue, place, within: open)
    case .all(let parts):
      var rows = open
      for part in parts {
        rows = rows.intersected(with: try selectComputed(part, place, within: rows)).simplified(ofRows: place.rowCount)
        if case .none = rows { break }
      }
      return known.certain.joined(with: rows)
    case .any(let parts):
      var rest = open
      for part in parts {
        rest = rest.subtracting(try selectComputed(part, place, within: rest), ofRows: place.rowCount)
          .simplified(ofRows: place.rowCount)
        if case .none = rest { break }
      }
      return known.certain.joined(with: open.subtracting(rest, ofRows: place.rowCount))
    }
  }

  /// Rows that are taken for sure, and those that may be, as far as conditions on single columns tell.
  private func known(
    _ node: Filter.Node, _ place: ChunkPlace
  ) throws -> (certain: Selection, possible: Selection) {
    switch node {
    case .computed: return (.none, .all)
    case .constant, .leaf:
      let rows = try select(node, place)
      return (rows, rows)
    case .all(let parts):
      var result = (certain: Selection.all, possible: Selection.all)
      for part in parts {
        let next = try known(part, place)
        result = (result.certain.intersected(with: next.certain), result.possible.intersected(with: next.possible))
      }
      return result
    case .any(let parts):
      var result = (certain: Selection.none, possible: Selection.none)
      for part in parts {
        let next = try known(part, place)
        result = (result.certain.joined(with: next.certain), result.possible.joined(with: next.possible))
      }
      return result
    }
  }

  private func select(_ node: Filter.Node, _ place: ChunkPlace) throws -> Selection {
    switch try verdict(node, place) {
    case .none: return .none
    case .all: return .all
    case .some: break
    }
    switch node {
    case .constant(let flag): return flag ? .all : .none
    case .leaf(let column, let test, let number): return try look(column, test, leaf: number, place)
    case .computed: preconditionFailure("worked out apart")
    case .all(let parts):
      var selection = Selection.all
      for part in parts {
        selection = selection.intersected(with: try select(part, place)).simplified(ofRows: place.rowCount)
        if case .none = selection { return .none }
      }
      return selection
    case .any(let parts):
      var selection = Selection.none
      for part in parts {
        selection = selection.joined(with: try select(part, place)).simplified(ofRows: place.rowCount)
        if case .all = selection { return .all }
      }
      return selection
    }
  }

  /// What is known without reading a page.
  private func verdict(_ node: Filter.Node, _ place: ChunkPlace) throws -> Verdict {
    switch node {
    case .constant(let flag): return flag ? .all : .none
    case .computed: return .some
    case .leaf(let column, let test, let number): return try verdict(column, test, leaf: number, place)
    case .all(let parts):
      let verdicts = try parts.map { try verdict($0, place) }
      return verdicts.contains(.none) ? .none : verdicts.allSatisfy { $0 == .all } ? .all : .some
    case .any(let parts):
      let verdicts = try parts.map { try verdict($0, place) }
      return verdicts.contains(.all) ? .all : verdicts.allSatisfy { $0 == .none } ? .none : .some
    }
  }

  private func verdict(_ column: Int, _ test: Filter.Test, leaf: Int, _ place: ChunkPlace) throws -> Verdict {
    guard usesStatistics else { return .some }
    if let known = verdicts[leaf] { return known }
    let statistics = try filter.columns[column].storedStatistics(
      of: place.source, number: place.number, chunk: place.chunk)
    let verdict = statistics.map { test.verdict(on: $0) } ?? .some
    verdicts[leaf] = verdict
    return verdict
  }

  /// Asks the page in the input's own type: a value that has no room in the unified one can still be compared.
  private func look(_ number: Int, _ test: Filter.Test, leaf: Int, _ place: ChunkPlace) throws -> Selection {
    let column = filter.columns[number]
    var dictionary: StringDictionary?
    if case .texts = test { dictionary = try column.dictionary(of: place.source, number: place.number) }
    if filter.leafCountOfColumn[number] >= Self.leavesOfKeptPages {
      let page = try keptPage(number, place)
      if let answer = answer(test, page.form, page.factor, dictionary, leaf: leaf) { return answer }
    }
    for isDecoded in [false, true] {
      let known = try column.withOwnForm(
        of: place.source, number: place.number, chunk: place.chunk, decoded: isDecoded
      ) { answer(test, $0, $1, dictionary, leaf: leaf) }
      if let known { return known }
    }
    preconditionFailure("a decoded page answers")
  }

  /// The column's page in a form that outlives its reading: packed integers, which point to what was read, are unpacked.
  private func keptPage(_ number: Int, _ place: ChunkPlace) throws -> (form: PageForm, factor: Int128) {
    if let known = kept[number] { return known }
    for isDecoded in [false, true] {
      let page = try filter.columns[number].withOwnForm(
        of: place.source, number: place.number, chunk: place.chunk, decoded: isDecoded
      ) { form, factor -> (form: PageForm, factor: Int128)? in
        if case .packed = form.content { nil } else { (form, factor) }
      }
      guard let page else { continue }
      kept[number] = page
      return page
    }
    preconditionFailure("a decoded page is not packed")
  }

  /// Rows that the leaf takes; nil if the page must be decoded.
  private func answer(
    _ test: Filter.Test, _ form: PageForm, _ factor: Int128, _ dictionary: StringDictionary?, leaf: Int
  ) -> Selection? {
    switch test {
    case .isNull: Selection(nullsOf: form.validity, rowCount: form.rowCount)
    case .isNotNull: Selection(form.validity, rowCount: form.rowCount)
    case .integers(let set):
      valid(form, select(.integers(set.divided(by: factor)), in: form, dictionary, leaf: leaf))
    case .texts: valid(form, select(test, in: form, dictionary, leaf: leaf))
    }
  }

  private func valid(_ form: PageForm, _ selection: Selection?) -> Selection? {
    selection?.intersected(with: Selection(form.validity, rowCount: form.rowCount))
  }

  /// Rows, null ones included, that pass; nil if the page must be decoded, be it to say what is wrong with it.
  private func select(
    _ test: Filter.Test, in form: PageForm, _ dictionary: StringDictionary?, leaf: Int
  ) -> Selection? {
    if case .allNull = form.validity { return Selection.none }
    switch test {
    case .integers(let set): return form.select(set)
    case .texts(let set):
      if case .decoded(.strings(let strings)) = form.content { return select(set, in: strings) }
      guard let dictionary else { preconditionFailure("codes without their dictionary") }
      return codeFlags(set, dictionary, leaf: leaf).withUnsafeBufferPointer { form.select(flags: $0) }
    case .isNull, .isNotNull: preconditionFailure("told by validity")
    }
  }

  private func codeFlags(_ set: ValueSet<TextBound>, _ dictionary: StringDictionary, leaf: Int) -> [UInt8] {
    if let known = flags[leaf][ObjectIdentifier(dictionary)] { return known.flags }
    let entries = dictionary.entries
    let made = (0..<entries.count).map { code -> UInt8 in
      entries.withUTF8(code) { set.contains($0) } ? 1 : 0
    }
    flags[leaf][ObjectIdentifier(dictionary)] = (dictionary, made)
    return made
  }

  private func select(_ set: ValueSet<TextBound>, in strings: StringArray) -> Selection {
    strings.bytes.withUnsafeBytes { bytes in
      selection(rowCount: strings.count) { row in
        set.contains(UnsafeRawBufferPointer(rebasing: bytes[strings.range(row)]))
      }
    }
  }
}
