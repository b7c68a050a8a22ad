// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// Accumulators of functions that records do not serve, over the rows of one part after the other; one worker's.
///
/// Accumulators are made anew for each part, and their results as soon as it is complete: what they keep of its groups stays in the cache, and
/// is gone before the next part. Rows of a part come in the order of all inputs' rows, so that their places among themselves serve `first`
/// and `last`.
final class PartAccumulators {
  private let plan: AggregatePlan
  private let packed: PackedPlan
  private let strings: [CarriedStrings?]
  private let batches: [CarriedBatch]
  private let groups: UnsafeMutablePointer<UInt32>
  /// Rows that have their group, of those in `batches`.
  private var numberedCount = 0
  /// Rows of the part that were taken in.
  private var takenCount = 0
  private var states: [ColumnState] = []
  private var pairs: [(pair: AggregatePlan.Pair, position: Int, accumulator: any PairAccumulator)] = []

  /// Rows that accumulators see at once: most parts are taken in at one go.
  private static let batchRows = 1 << 14

  /// `strings`: of each carried column, what its codes stand for.
  init(_ plan: AggregatePlan, _ packed: PackedPlan, _ strings: [CarriedStrings?]) {
    self.plan = plan
    self.packed = packed
    self.strings = strings
    batches = zip(packed.carried, strings).map {
      CarriedBatch($0, ranks: $1?.ranks ?? [], capacity: Self.batchRows + blockRows)
    }
    groups = zeroed(Self.batchRows + blockRows)
    start()
  }

  deinit { groups.deallocate() }

  /// Takes rows of a piece, at most a block, whose groups are told next.
  func take(_ rows: Range<Int>, of piece: PartitionedRows.Piece) {
    for (values, batch) in zip(piece.carried, batches) { values.copy(rows, to: batch) }
  }

  /// Tells the groups, below `groupCount`, of the `count` rows taken since the last call.
  func number(_ numbers: UnsafePointer<UInt32>, _ count: Int, groupCount: Int) {
    if batches.isEmpty { return }
    (groups + numberedCount).update(from: numbers, count: count)
    numberedCount += count
    if numberedCount >= Self.batchRows { add(groupCount: groupCount) }
  }

  private func start() {
    takenCount = 0
    states = packed.carried.map { ColumnState($0.other.functions, $0.accumulatedType, isOfPart: true) }
    pairs = zip(plan.pairs.indices, plan.newPairs()).compactMap { position, accumulator in
      let pair = plan.pairs[position]
      return packed.recordedPairs.contains(pair) ? nil : (pair, position, accumulator)
    }
  }

  /// Has accumulators take in all rows at hand.
  private func add(groupCount: Int) {
    if numberedCount == 0 { return }
    let numbers = UnsafeBufferPointer(start: groups, count: numberedCount)
    let rows = GroupedRows(
      groups: numbers, groupCount: groupCount, isSingleGroup: false, runs: findRuns(numbers),
      places: RowPlaces(first: takenCount))
    let pages = batches.map { $0.takePage() }
    for (index, page) in pages.enumerated() { states[index].add(page, nil, rows) }
    func page(_ value: Int) -> ColumnPage? {
      packed.carried.firstIndex { $0.other.value == value }.map { pages[$0] }
    }
    for pair in pairs {
      if let x = page(pair.pair.x), let y = page(pair.pair.y) { pair.accumulator.add(x, y, rows) }
    }
    takenCount += numberedCount
    numberedCount = 0
  }

  /// What the query puts out of the part's groups, per output that records do not tell; then the next part begins. `rowCounts` is the number
  /// of rows per group, `keys` are the words of their packed keys, which errors name. Throws `aggregate.overflow`.
  func finish(rowCounts: [Int64], keys: [UnsafeMutablePointer<UInt64>]) throws -> [OutputColumn] {
    if batches.isEmpty { return [] }
    defer { start() }
    add(groupCount: rowCounts.count)
    do {
      return try outputs(rowCounts, [])
    } catch is AggregateError {
      let codes = packed.packing.codes(keys.map { Array(UnsafeBufferPointer(start: $0, count: rowCounts.count)) })
      return try outputs(rowCounts, codes.enumerated().map { try packed.packing.column($0, $1) })
    }
  }

  private func outputs(
    _ rowCounts: [Int64], _ keys: [(page: ColumnPage, dictionary: StringDictionary?)]
  ) throws -> [OutputColumn] {
    let partial = PartialAggregates(
      plan, keys: keys, groupCount: rowCounts.count, isInOrder: false, pairs: allPairs())
    partial.rowCounts = GroupCounts(rowCounts)
    for (carried, state) in zip(packed.carried, states) { partial.columns[carried.other.value] = state }
    return try plan.outputs.filter { !packed.records($0, of: plan) }.map { output in
      let made = try partial.outputColumn(output, rowCounts, threads: 1)
      guard case .value(let value) = output.source, output.function.isOfValues,
        let column = packed.carried.firstIndex(where: { $0.other.value == value }), let strings = strings[column]
      else { return made }
      return made.withStrings(strings)
    }
  }

  /// By position in the plan's pairs; those that records serve hold nothing.
  private func allPairs() -> [any PairAccumulator] {
    var all = plan.newPairs()
    for pair in pairs { all[pair.position] = pair.accumulator }
    return all
  }
}

/// What the numbers that accumulators see of a carried column of strings stand for.
struct CarriedStrings: Sendable {
  let dictionary: StringDictionary
  /// The rank of each code; empty where codes are seen themselves.
  let ranks: [UInt32]
  /// The code of each rank.
  let codes: [UInt32]

  /// nil of columns of other types. Throws what reading a dictionary throws.
  init?(_ column: CarriedColumn) throws {
    guard let strings = column.strings else { return nil }
    dictionary = try strings.dictionary()
    ranks = column.isRanked ? dictionary.ranks : []
    var codes = [UInt32](repeating: 0, count: ranks.count)
    for (code, rank) in ranks.enumerated() { codes[Int(rank)] = UInt32(code) }
    self.codes = codes
  }

  /// The strings' codes; of groups without a value, any that there is.
  func codes(of values: PageValues) -> PageValues {
    guard case .int64(let numbers) = values else { preconditionFailure("numbers of strings expected") }
    return .codes(
      numbers.map { number in
        let code = codes.isEmpty ? UInt32(truncatingIfNeeded: number) : number < codes.count ? codes[Int(number)] : 0
        return Int(code) < dictionary.count ? code : 0
      })
  }
}

extension AggregateFunction {
  /// True if it gives values of its column, or null.
  fileprivate var isOfValues: Bool {
    switch self {
    case .min, .max, .first, .last, .any, .median, .quantile, .top, .bottom: true
    default: false
    }
  }
}
