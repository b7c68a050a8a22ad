// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// Where a kind of value was first seen in a column.
struct CSVFirstSight: Equatable {
  var kind: CSVEvidence.Kinds
  var file: String
  /// Number of the file among the inputs.
  var fileNumber: Int
  /// Data row of the file, counted from 1.
  var row: Int
  var shown: String
}

/// Says in words why a column, read in `style`, has the type that `evidence` gives it.
///
/// Only what every reading of the same text finds out is said, however it was cut into chunks: the first value that settled it.
func reasonForType(
  _ evidence: CSVEvidence, style: CSVStyle, valueCount: Int, sights: [CSVFirstSight], manyFiles: Bool
) -> String {
  let values = "\(grouped(valueCount)) value\(valueCount == 1 ? "" : "s")"
  let digits = "\(evidence.integerDigits) before the point and \(evidence.fractionDigits) after it"
  let inOrder = sights.sorted { ($0.fileNumber, $0.row) < ($1.fileNumber, $1.row) }
  func first(_ kinds: CSVEvidence.Kinds) -> String? {
    inOrder.first { !$0.kind.isDisjoint(with: kinds) }.map { place($0, manyFiles) }
  }
  if evidence.isSettledText { return reasonForText(inOrder, manyFiles) ?? values }
  if let unclear = reasonForDoubt(evidence.kinds, first) { return unclear }
  let dates = style.date.inWords(evidence.kinds, first)
  let numbers = style.numbersInWords(evidence.kinds, first)
  switch evidence.type {
  case nil: return "no values"
  case .bool: return "\(values), all true or false"
  case .date: return "\(values), all valid days\(dates)"
  case .timestamp(isUTC: true): return "\(values), all valid timestamps with offset\(dates)"
  case .timestamp(isUTC: false):
    let days = evidence.kinds.isDisjoint(with: [.date, .styledDate]) ? "" : ", or days"
    return "\(values), all valid timestamps without offset\(days)\(dates)"
  case .int64:
    return "\(values), at most \(evidence.integerDigits) digit\(evidence.integerDigits == 1 ? "" : "s")\(numbers)"
  case .decimal: return "\(values), most digits \(digits)\(numbers)"
  case .float64:
    return (first([.exponent, .nonFinite]) ?? "\(values), more digits than a decimal holds: \(digits)") + numbers
  case .string:
    let exponent = first([.exponent, .nonFinite])
    if evidence.kinds.contains(.exponent), evidence.kinds.isDisjoint(with: [.point, .sign]), let exponent {
      return "\(exponent), and no value has a point or a sign"
    }
    if let exponent { return "\(exponent), and a float64 would change digits of others" }
    return "\(values), more digits than numbers hold: \(digits)"
  }
}

/// The value that made a column text: the first that is no number, day, timestamp or truth value, or that one and the first that no type
/// and no style has together with it.
private func reasonForText(_ sights: [CSVFirstSight], _ manyFiles: Bool) -> String? {
  var seen = CSVEvidence()
  for (index, sight) in sights.enumerated() {
    let shown = CSVEvidence(sight.kind.subtracting(.misfit))
    seen.join(shown)
    guard seen.isSettledText else { continue }
    let opponent =
      shown.isSettledText ? nil : sights[..<index].first { shown.joined(CSVEvidence($0.kind)).isSettledText }
    return [opponent, sight].compactMap { $0.map { place($0, manyFiles) } }.joined(separator: ", ")
  }
  return nil
}

private func place(_ sight: CSVFirstSight, _ manyFiles: Bool) -> String {
  "row \(sight.row)\(manyFiles ? " of \(sight.file)" : "") has \(sight.shown)"
}
