// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// How a stream is to be encoded where packing it as it stands is not the best.
enum IntegerPlan: Equatable {
  case planes(count: Int)
  case runs
  case delta(lag: Int)
  case patched(reference: Int128, bitWidth: Int)
  /// `limit`: with more distinct values it does not pay.
  case dictionary(limit: Int)
  case multiples(of: UInt128)

  /// What a stream's parts are not tried for again, nor a stream that has failed with it.
  enum Kind { case planes, runs, delta, patched, dictionary, multiples }

  /// Which of them it is.
  var kind: Kind {
    switch self {
    case .planes: .planes
    case .runs: .runs
    case .delta: .delta
    case .patched: .patched
    case .dictionary: .dictionary
    case .multiples: .multiples
    }
  }
}

/// Estimates from a sample what a stream costs in each encoding.
struct IntegerChooser<T: StreamInteger> {
  private let values: UnsafeBufferPointer<T>
  private let summary: IntegerSummary<T>
  private let policy: EncodingPolicy
  private let tried: Set<IntegerPlan.Kind>
  /// What is not tried: that, and what the stream has failed with.
  private let excluded: Set<IntegerPlan.Kind>
  private let sample: IntegerSample<T>
  private let bitWidth: Int

  /// `tried`: ways that led to this part of a stream; `failed`: those that did not hold for it what its sample promised. Precondition: `values` is not
  /// empty and `summary` is theirs.
  init(
    _ values: UnsafeBufferPointer<T>, _ summary: IntegerSummary<T>, policy: EncodingPolicy,
    tried: Set<IntegerPlan.Kind>, failed: Set<IntegerPlan.Kind> = []
  ) {
    self.values = values
    self.summary = summary
    self.policy = policy
    self.tried = tried
    excluded = tried.union(failed)
    sample = IntegerSample(values)
    bitWidth = summary.bitWidth
  }

  /// The cheapest plan; nil if packing is.
  func best() -> IntegerPlan? {
    // Whatever else is done is done better without the factor.
    if !excluded.contains(.multiples), let factor = sample.commonFactor(from: summary.minimum) {
      return .multiples(of: UInt128(factor))
    }
    let packed = policy.cost(bits: Double(bitWidth), nanoseconds: DecodingTime.packed)
    var best: (cost: Double, plan: IntegerPlan?) = (packed, nil)
    func offer(_ cost: Double, _ plan: IntegerPlan) {
      // What gains next to nothing is not worth a deeper tree.
      if cost < best.cost, cost < packed * 0.95 { best = (cost, plan) }
    }
    let own = leaf(sample, minimum: summary.minimum, bitWidth: bitWidth, without: excluded)
    if let plan = own.plan { offer(own.cost, plan) }
    if !excluded.contains(.runs), let cost = runsCost() { offer(cost, .runs) }
    if !excluded.contains(.dictionary), let (cost, limit) = dictionaryCost() { offer(cost, .dictionary(limit: limit)) }
    if !excluded.contains(.delta), values.count > 1 {
      let cost = differencesCost(sample.differences())
      offer(cost + DecodingTime.difference, .delta(lag: 1))
      if let (cost, lag) = lagCost(bestSoFar: best.cost) { offer(cost, .delta(lag: lag)) }
    }
    if let (cost, plan) = repetitionCost(bestSoFar: best.cost) { offer(cost, plan) }
    return best.plan
  }

  /// Cost of a stream that is not taken apart further, and how it is stored if not packed as it stands.
  private func leaf(
    _ sample: IntegerSample<T>, minimum: T, bitWidth: Int, without excluded: Set<IntegerPlan.Kind>
  ) -> (cost: Double, plan: IntegerPlan?) {
    var best: (cost: Double, plan: IntegerPlan?) =
      (policy.cost(bits: Double(bitWidth), nanoseconds: DecodingTime.packed), nil)
    if !excluded.contains(.patched) {
      let typical = sample.typicalMinimum()
      // In this order, so that equal costs always choose the same.
      for reference in minimum == typical ? [minimum] : [minimum, typical] {
        let packing = sample.bestPacking(reference: reference, count: values.count)
        let cost = policy.cost(bits: packing.bits, nanoseconds: packing.nanoseconds)
        if packing.bitWidth < bitWidth, packing.bitWidth <= 64, cost < best.cost {
          best = (cost, .patched(reference: Int128(packing.reference), bitWidth: packing.bitWidth))
        }
      }
    }
    let planeCount = (bitWidth + 7) / 8
    if policy.hasCodec, !excluded.contains(.planes), (1...8).contains(planeCount), sample.values.count >= 256 {
      let planes = sample.planes(reference: minimum, planeCount: planeCount)
      let cost = policy.cost(bits: planes.bits, nanoseconds: planes.nanoseconds)
      if cost < best.cost { best = (cost, .planes(count: planeCount)) }
    }
    return best
  }

  private func runsCost() -> Double? {
    guard summary.runCount < values.count / 2 else { return nil }
    let share = Double(summary.runCount) / Double(values.count)
    var lengthBits = 1.0
    while Double(1 << Int(lengthBits)) < 2 / share { lengthBits += 1 }
    return policy.cost(bits: share * (Double(bitWidth) + lengthBits), nanoseconds: share * DecodingTime.run)
  }

  /// What is known of values apart from the sample does not reach here: cost of the differences themselves, from the sample.
  private func differencesCost(_ differences: IntegerSample<T>) -> Double {
    guard let first = differences.values.first else { return .infinity }
    var (low, high) = (first, first)
    for value in differences.values {
      low = min(low, value)
      high = max(high, value)
    }
    let width = T.bitWidth - T.Magnitude(truncatingIfNeeded: high &- low).leadingZeroBitCount
    return leaf(differences, minimum: low, bitWidth: width, without: tried).cost
  }

  private func lagCost(bestSoFar: Double) -> (cost: Double, lag: Int)? {
    // Less than two bits a value leave nothing to win.
    guard values.count >= 4096, bestSoFar > policy.cost(bits: 2, nanoseconds: 0),
      let lag = LagSearch.candidate(in: values, minimum: summary.minimum, bitWidth: bitWidth)
    else { return nil }
    let share = Double(lag) / Double(values.count)
    let first = policy.cost(bits: Double(bitWidth), nanoseconds: DecodingTime.packed)
    let differences = differencesCost(sample.differences(atLag: lag, in: values))
    return (share * first + (1 - share) * differences + DecodingTime.distantDifference, lag)
  }

  /// Planes for a codec that finds stretches of values where they stood before, which no sample of neighbours shows.
  private func repetitionCost(bestSoFar: Double) -> (cost: Double, plan: IntegerPlan)? {
    // Values of less than a byte repeat by chance. Parts of what was taken apart already have lost what repeated.
    guard policy.hasCodec, policy.countsOnRepetition, tried.isEmpty, !excluded.contains(.planes),
      (8...64).contains(bitWidth),
      bestSoFar > policy.cost(bits: 4, nanoseconds: 0)
    else { return nil }
    let share = RepeatedStretches.share(in: values)
    guard share > 0.25 else { return nil }
    let planeCount = (bitWidth + 7) / 8
    let planes = sample.planes(reference: summary.minimum, planeCount: planeCount)
    let bits = (1 - share) * planes.bits + share * 0.5 * Double(planeCount)
    return (
      policy.cost(bits: bits, nanoseconds: DecodingTime.repeatedPlane * Double(planeCount)), .planes(count: planeCount)
    )
  }

  private func dictionaryCost() -> (cost: Double, limit: Int)? {
    guard bitWidth >= 4, values.count >= 512, let distinct = sample.estimatedDistinctCount(), distinct > 1,
      distinct <= values.count / 16
    else {
      return nil
    }
    // The sample may have missed some.
    let limit = min(2 * distinct + 16, values.count / 8)
    var codeBits = 1
    while 1 << codeBits < distinct { codeBits += 1 }
    let bits = Double(codeBits) + Double(distinct * bitWidth) / Double(values.count)
    return (policy.cost(bits: bits, nanoseconds: DecodingTime.packed + DecodingTime.dictionary), limit)
  }
}
