// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Kernels

// Without keys: what is known of a page, or what its stored form tells, is taken in without decoding. Of computed columns, blocks tell.

extension PartialAggregates {
  /// Takes in the rows of a chunk that `selection` (not none) takes, all of group 0.
  func addUngrouped(_ source: any TableSource, number: Int, chunk: Int, _ selection: Selection) throws {
    let rowCount = source.rowCount(ofChunk: chunk)
    let rows = SelectedRows(rowCount: rowCount, count: selection.count(ofRows: rowCount), selection: selection)
    rowCounts.add(count: rows.count)
    let blocks: UngroupedBlocks? = if let known = self.blocks { known } else { try UngroupedBlocks(plan) }
    self.blocks = .some(blocks)
    try blocks?.add(source, number: number, chunk: chunk, selection, count: rows.count, to: &columns)
    let done = blocks?.values ?? []
    for (index, value) in plan.values.enumerated() where !done.contains(index) {
      if plan.usesStatistics,
        let statistics = try value.column.storedStatistics(of: source, number: number, chunk: chunk),
        columns[index].add(statistics, rows)
      {
        continue
      }
      let dictionary = try columns[index].needsDictionary ? value.column.dictionary(of: source, number: number) : nil
      if case .some = selection, value.column.mayLackRoom(input: number) {
        try addRowsWithRoom(source, number: number, chunk: chunk, dictionary, rows, index)
        continue
      }
      let isDone = try value.column.withForm(of: source, number: number, chunk: chunk) { form in
        add(form, dictionary, rows, index)
      }
      if isDone { continue }
      // The form does not answer, or decoding tells what is wrong with the page.
      let page = PageForm(try value.column.page(of: source, number: number, chunk: chunk))
      guard add(page, dictionary, rows, index) else { preconditionFailure("a decoded page") }
    }
    try addPairs(source, number: number, chunk: chunk, rows)
  }

  /// Pairs of columns need both pages, of the rows taken.
  private func addPairs(_ source: any TableSource, number: Int, chunk: Int, _ rows: SelectedRows) throws {
    if pairs.isEmpty { return }
    var taken: [UInt32]?
    if case .some = rows.selection { taken = rows.selection.rows(ofRows: rows.rowCount) }
    var pages: [Int: ColumnPage] = [:]
    for index in Set(plan.pairs.flatMap { [$0.x, $0.y] }) {
      pages[index] = try plan.values[index].column.page(of: source, number: number, chunk: chunk, rows: taken)
    }
    withSingleGroup(rowCount: rows.count) { group in
      for (pair, accumulator) in zip(plan.pairs, pairs) {
        if let x = pages[pair.x], let y = pages[pair.y] { accumulator.add(x, y, group) }
      }
    }
  }

  /// Brings the rows taken alone to the unified type: only they need room in it. Throws `table.overflow` if one has none.
  private func addRowsWithRoom(
    _ source: any TableSource, number: Int, chunk: Int, _ dictionary: StringDictionary?, _ rows: SelectedRows,
    _ index: Int
  ) throws {
    let taken = rows.selection.rows(ofRows: rows.rowCount)
    let page = try plan.values[index].column.page(of: source, number: number, chunk: chunk, rows: taken)
    let whole = places
    places = RowPlaces(chunk: plan.firstChunks[number] + chunk, rows: taken)
    defer { places = whole }
    let all = SelectedRows(rowCount: rows.count, count: rows.count, selection: .all)
    guard add(PageForm(page), dictionary, all, index) else { preconditionFailure("a decoded page") }
  }

  /// False, and nothing taken in, if the page must be decoded.
  private func add(_ form: PageForm, _ dictionary: StringDictionary?, _ rows: SelectedRows, _ index: Int) -> Bool {
    let taken = rows.selection.intersected(with: Selection(form.validity, rowCount: rows.rowCount)).simplified(
      ofRows: rows.rowCount)
    let count = taken.count(ofRows: rows.rowCount)
    if count > 0, !columns[index].all.isEmpty {
      if case .decoded(let values) = form.content {
        let page = ColumnPage(values: values, validity: taken.validity)
        withSingleGroup(rowCount: rows.rowCount) { group in
          for accumulator in columns[index].all { accumulator.add(page, dictionary, group) }
        }
      } else {
        guard !columns[index].needsPages,
          let facts = form.facts(taken, count: count, needsExtremes: columns[index].needsExtremes),
          columns[index].add(facts)
        else { return false }
      }
    }
    columns[index].nulls.add(count: rows.count - count)
    return true
  }
}

/// Rows of a chunk that take part.
private struct SelectedRows {
  let rowCount: Int
  let count: Int
  let selection: Selection
}

/// What aggregates need to know of some integers.
struct IntegerFacts {
  /// nil if it leaves 128 bits.
  var sum: Int128?
  /// nil if they were not asked for.
  var extremes: ClosedRange<Int128>?
}

extension PageForm {
  /// Sum and extremes of the rows `taken`, `count` of them and at least one, all of which have a value; nil if the page must be
  /// decoded. Precondition: the form is not decoded.
  fileprivate func facts(_ taken: Selection, count: Int, needsExtremes: Bool) -> IntegerFacts? {
    switch content {
    case .decoded: preconditionFailure("a decoded page")
    case .constant(let value):
      let (product, overflow) = value.multipliedReportingOverflow(by: factor)
      guard !overflow else { return nil }
      let (sum, sumOverflow) = product.multipliedReportingOverflow(by: Int128(count))
      return IntegerFacts(sum: sumOverflow ? nil : sum, extremes: product...product)
    case .runs(let values, let lengths): return runFacts(values, lengths, taken)
    case .packed(let packed):
      guard let total = packedTotal(packed, taken, count: count) else { return nil }
      let (sum, overflow) = total.multipliedReportingOverflow(by: factor)
      if overflow { return nil }
      guard needsExtremes else { return IntegerFacts(sum: sum, extremes: nil) }
      return packedExtremes(packed, taken).map { IntegerFacts(sum: sum, extremes: $0) }
    }
  }

  /// nil where only some rows are taken, or if they leave 128 bits.
  private func packedExtremes(_ packed: PackedIntegers, _ taken: Selection) -> ClosedRange<Int128>? {
    guard case .all = taken,
      let offsets = Kernels.packedExtremes(packed.bytes, count: rowCount, bitWidth: packed.bitWidth)
    else { return nil }
    let bounds = [offsets.lowerBound, offsets.upperBound].map { offset in
      (Int128(packed.reference) + Int128(offset)).multipliedReportingOverflow(by: factor)
    }
    return bounds.contains(where: \.overflow) ? nil : bounds[0].partialValue...bounds[1].partialValue
  }

  private func runFacts(_ values: [Int64], _ lengths: [UInt32], _ taken: Selection) -> IntegerFacts? {
    // Not beyond 2^63 rows of 64 bits.
    var sum: Int128 = 0
    var (least, greatest) = (Int64.max, Int64.min)
    var row = 0
    for (run, value) in values.enumerated() {
      let rows = row..<row + Int(lengths[run])
      row = rows.upperBound
      var count = rows.count
      if case .some(let words) = taken { count = countBits(words, rows) }
      guard count > 0 else { continue }
      sum += Int128(value) * Int128(count)
      least = min(least, value)
      greatest = max(greatest, value)
    }
    let (product, overflow) = sum.multipliedReportingOverflow(by: factor)
    let (low, lowOverflow) = Int128(least).multipliedReportingOverflow(by: factor)
    let (high, highOverflow) = Int128(greatest).multipliedReportingOverflow(by: factor)
    guard !lowOverflow, !highOverflow else { return nil }
    return IntegerFacts(sum: overflow ? nil : product, extremes: low...high)
  }

  /// Sum of the values, not yet multiplied; nil if an offset breaks the page's bounds. No overflow: 2^63 rows of 64 bits fit.
  private func packedTotal(_ packed: PackedIntegers, _ taken: Selection, count: Int) -> Int128? {
    let total: (sum: Int128, greatest: UInt64)
    if case .some(let words) = taken {
      total = words.withUnsafeBufferPointer {
        packedSum(packed.bytes, count: rowCount, bitWidth: packed.bitWidth, selected: $0)
      }
    } else {
      total = packedSum(packed.bytes, count: rowCount, bitWidth: packed.bitWidth)
    }
    return total.greatest <= packed.greatestOffset ? total.sum + Int128(packed.reference) * Int128(count) : nil
  }
}

extension ColumnState {
  /// True if minimum or maximum is wanted.
  fileprivate var needsExtremes: Bool { minima != nil || maxima != nil }

  /// True if strings are compared or kept, whose codes need it.
  fileprivate var needsDictionary: Bool { type == .string && !all.isEmpty }

  /// Takes in what is known of a page. False, and nothing taken in, if that does not answer.
  fileprivate mutating func add(_ statistics: PageStatistics, _ rows: SelectedRows) -> Bool {
    let count = statistics.rowCount - statistics.nullCount
    if count == 0 || statistics.nullCount == 0 && all.isEmpty {
      nulls.add(count: count == 0 ? rows.count : 0)
      return true
    }
    guard rows.count == rows.rowCount, add(valuesOf: statistics, count: count) else { return false }
    nulls.add(count: statistics.nullCount)
    return true
  }

  private mutating func add(valuesOf statistics: PageStatistics, count: Int) -> Bool {
    if all.isEmpty { return true }
    if needsPages { return false }
    switch statistics.bounds {
    case .integer(let minimum, let maximum, let sum):
      // A sum that values within the bounds cannot have was not written by a sound writer: the page is read.
      let (low, lowOverflow) = minimum.multipliedReportingOverflow(by: Int128(count))
      let (high, highOverflow) = maximum.multipliedReportingOverflow(by: Int128(count))
      if let sum, lowOverflow || highOverflow || sum < low || sum > high { return false }
      return add(IntegerFacts(sum: sum, extremes: minimum...maximum))
    case .float(let minimum, let maximum):
      // NaN, the greatest value, takes no part in bounds, and sums of doubles are not kept.
      guard sums == nil, maxima == nil || statistics.floatRange?.hasNonFinite == false else { return false }
      (minima as? IntegerExtremes)?.add(orderedBits(minimum))
      (maxima as? IntegerExtremes)?.add(orderedBits(maximum))
      return true
    case .string(let minimum, let maximum, let isExact):
      guard isExact else { return false }
      (minima as? StringExtremes)?.add(utf8: minimum)
      (maxima as? StringExtremes)?.add(utf8: maximum)
      return true
    case .none: return false
    }
  }

  /// Takes in sum and extremes of some rows. False, and nothing taken in, if what is wanted is not among them.
  func add(_ facts: IntegerFacts) -> Bool {
    guard sums == nil || facts.sum != nil, !needsExtremes || facts.extremes != nil,
      !(minima is StringExtremes), !(maxima is StringExtremes)
    else { return false }
    if let sum = facts.sum {
      (sums as? IntegerSums)?.add(total: sum)
      (sums as? WideSums)?.add(total: sum)
    }
    guard let extremes = facts.extremes else { return true }
    for (accumulator, value) in [(minima, extremes.lowerBound), (maxima, extremes.upperBound)] {
      if let narrow = Int64(exactly: value) { (accumulator as? IntegerExtremes)?.add(narrow) }
      (accumulator as? WideExtremes)?.add(value)
    }
    return true
  }
}
