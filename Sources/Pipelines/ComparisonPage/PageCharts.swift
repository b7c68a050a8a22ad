// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Compare
import TextFormats

// Charts are drawn 1,000 units high, 10 wide a bar, and stretched to the page; what is to be read stands around them as text.

private func chart(barCount: Int, _ bars: String) -> String {
  element("svg", #"viewBox="0 0 \#(barCount * 10) 1000" preserveAspectRatio="none" role="img""#, bars)
}

/// A part of a bar; `title` is shown where the pointer rests.
private func bar(_ index: Int, from low: Int, height: Int, kind: String, title: String) -> String {
  element(
    "rect", #"class="\#(kind)" x="\#(index * 10 + 1)" y="\#(1000 - low - height)" width="8" height="\#(height)""#,
    element("title", "", title))
}

/// Of 1,000 units, what `count` takes where `most` takes all: something is seen of everything.
private func height(_ count: Int, most: Int) -> Int {
  count == 0 ? 0 : max(15, Int(Int128(count) * 1000 / Int128(most)))
}

/// Sections with a histogram for each column that has one.
func histogramSection(_ charts: ComparisonCharts, _ comparison: Comparison) -> String {
  guard !charts.histograms.isEmpty else { return "" }
  var text = element("h2", "", "By how much numbers differ")
  text += element(
    "p", #"class="soft""#,
    "Compare less source, in steps of 1, 2, 5, 10 and so on: left of the middle what became smaller, right of it what became greater."
  )
  let figures = charts.histograms.map { figure(of: $0.histogram, comparison.columns[$0.column]) }
  text += element("div", #"class="charts""#, figures.joined(separator: "\n")) + "\n"
  if charts.leftOutHistogramCount > 0 {
    text += element("p", #"class="soft""#, "\(countText(charts.leftOutHistogramCount, "more column")) not shown.")
  }
  return text
}

private func figure(of histogram: DifferenceHistogram, _ column: ColumnComparison) -> String {
  let used = histogram.up.indices.filter { histogram.up[$0] + histogram.down[$0] > 0 }
  guard let least = used.first, let highest = used.last else { return "" }
  // A lone step would be as wide as the chart.
  let lowest = max(0, min(least, highest - 3))
  // Many steps: by whole powers of ten, which begin at steps 1, 4, 7, ….
  let stride = highest - lowest >= 24 ? 3 : 1
  let first = stride == 1 ? lowest : (lowest + 2) / 3
  let slots = (first...(stride == 1 ? highest : (highest + 2) / 3)).map { slot in
    stride == 1 ? slot..<slot + 1 : max(0, slot * 3 - 2)..<min(histogram.up.count, slot * 3 + 1)
  }
  let counts = slots.map { steps in
    (up: steps.reduce(0) { $0 + histogram.up[$1] }, down: steps.reduce(0) { $0 + histogram.down[$1] }, steps: steps)
  }
  let most = counts.reduce(1) { max($0, $1.up, $1.down) }
  var bars = ""
  for (slot, count) in counts.enumerated() {
    let range = stepText(count.steps)
    for (number, position, word) in [
      (count.down, counts.count - 1 - slot, "smaller"), (count.up, counts.count + 1 + slot, "greater"),
    ] where number > 0 {
      bars += bar(
        position, from: 0, height: height(number, most: most), kind: "different",
        title: "\(range) \(word): \(countText(number, "row"))")
    }
  }
  let ends = (boundText(slots[0].lowerBound), boundText(slots[slots.count - 1].upperBound))
  let (ups, downs) = (histogram.up.reduce(0, +), histogram.down.reduce(0, +))
  var caption = "\(grouped(downs)) smaller, \(grouped(ups)) greater"
  if let distances = column.distances {
    caption +=
      " · median \(shortText(distances.median)) · p95 \(shortText(distances.percentile95)) · max \(shortText(distances.maximum))"
    if column.toleratedCount > 0 { caption += " (within tolerance included)" }
  }
  return element(
    "figure", "",
    element("h3", "", escaped(column.pairing.name))
      + element("div", #"class="most""#, grouped(most)) + chart(barCount: 2 * counts.count + 1, bars)
      + element(
        "div", #"class="axis""#,
        element("span", "", "−\(ends.1)") + element("span", "", "±\(ends.0)") + element("span", "", "+\(ends.1)"))
      + element("figcaption", "", caption))
}

/// Where step `step` begins: 0.00001 to 500,000 as they are, the rest as 1e-15, 2e6.
private func boundText(_ step: Int) -> String {
  if step == 0 { return "0" }
  guard step <= DifferenceHistogram.bounds.count else { return "∞" }
  let (digit, exponent) = ([1, 2, 5][(step - 1) % 3], (step - 1) / 3 - 15)
  switch exponent {
  case 0..<6: return grouped((0..<exponent).reduce(digit) { power, _ in power * 10 })
  case -5..<0: return "0." + String(repeating: "0", count: -exponent - 1) + "\(digit)"
  default: return "\(digit)e\(exponent)"
  }
}

private func stepText(_ steps: Range<Int>) -> String {
  if steps.lowerBound == 0 { return "less than \(boundText(steps.upperBound))" }
  if steps.upperBound > DifferenceHistogram.bounds.count { return "\(boundText(steps.lowerBound)) or more" }
  return "\(boundText(steps.lowerBound)) to below \(boundText(steps.upperBound))"
}

/// Where along the key rows differ.
func profileSection(_ profile: KeyProfile?) -> String {
  guard let profile, profile.stretches.contains(where: { $0.differingCount > 0 }) else { return "" }
  func text(_ stretch: Int, end: Bool = false) -> String {
    // The last day or number of a stretch; of moments the one at which it ends.
    let isMoment = if case .timestamp = profile.type { true } else { false }
    let value = profile.start + profile.width * Int128(stretch) - (end && !isMoment ? 1 : 0)
    // Ends may lie past what the key's type holds.
    let clamped = max(Int128(Int64.min), min(Int128(Int64.max), value))
    return pageText(profile.type.value(of: clamped))
  }
  let kinds: [(kind: String, text: String, count: KeyPath<KeyProfile.Stretch, Int>)] = [
    ("different", "different", \.differentCount), ("source", "only in source", \.sourceOnlyCount),
    ("compare", "only in compare", \.compareOnlyCount),
  ]
  let most = profile.stretches.reduce(1) { max($0, $1.differingCount) }
  var bars = ""
  for (index, stretch) in profile.stretches.enumerated() where stretch.differingCount > 0 {
    let title =
      "\(text(index)) to \(text(index + 1, end: true)): \(grouped(stretch.differentCount)) different, "
      + "\(grouped(stretch.sourceOnlyCount)) only in source, \(grouped(stretch.compareOnlyCount)) only in compare; "
      + "\(countText(stretch.sourceRowCount, "row")) in source"
    var low = 0
    for (kind, _, path) in kinds where stretch[keyPath: path] > 0 {
      let part = min(1000 - low, height(stretch[keyPath: path], most: most))
      bars += bar(index, from: low, height: part, kind: kind, title: title)
      low += part
    }
  }
  let count = profile.stretches.count
  let middle = count > 4 ? element("span", "", text(count / 2)) : ""
  return element("h2", "", "Differing rows along \(escaped(profile.name))")
    + element(
      "figure", #"class="long""#,
      element("div", #"class="most""#, grouped(most)) + chart(barCount: count, bars)
        + element(
          "div", #"class="axis""#,
          element("span", "", text(0)) + middle + element("span", "", pageText(profile.type.value(of: profile.maximum)))
        )
        + kindKey(
          kinds.filter { kind in profile.stretches.contains { $0[keyPath: kind.count] > 0 } }.map { ($0.kind, $0.text) }
        )
        + (profile.nullCount > 0
          ? element("figcaption", "", "\(countText(profile.nullCount, "differing row")) without a value in this key.")
          : ""))
}

/// What colours stand for.
func kindKey(_ kinds: [(kind: String, text: String)]) -> String {
  element(
    "div", #"class="key""#,
    kinds.map { element("span", #"class="\#($0.kind)""#, element("b", "", $0.text)) }.joined())
}
