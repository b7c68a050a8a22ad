// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

@testable import TextFormats

/// The obviously right twin: looks at all values of a column at once, decides how they are written, and writes them as ISO and programs
/// would; nil where they stay text because of their style. Plain columns come back as they are.
func plainlyRestyled(_ values: [String]) -> [String]? {
  let styledDates = values.contains { isDateShaped($0) }
  let styledNumbers = values.contains { styledNumberShapes.contains(numberShape($0)) }
  if styledDates { return styledNumbers ? nil : plainDates(values) }
  return styledNumbers ? plainNumbers(values) : values
}

// MARK: dates

private func isDateShaped(_ text: String) -> Bool {
  "/.-".contains { mark in ["dmy", "mdy", "ymd"].contains { isoDate(text, $0, mark) != nil } }
}

/// The date in `order`, as ISO writes it, if it is a valid one.
private func isoDate(_ text: String, _ order: String, _ mark: Character) -> String? {
  let shape = /([0-9]{1,4})([\/.\-])([0-9]{1,2})([\/.\-])([0-9]{1,4})([ Tt].*)?/
  guard let match = text.wholeMatch(of: shape.matchingSemantics(.unicodeScalar))?.output, match.2 == String(mark),
    match.4 == match.2
  else { return nil }
  let parts = [match.1, match.3, match.5]
  let places = Dictionary(uniqueKeysWithValues: zip(order, parts))
  guard places["y"]!.count == 4, places["m"]!.count <= 2, places["d"]!.count <= 2, order != "ymd" || mark != "-" else {
    return nil
  }
  func padded(_ part: Substring) -> String { part.count == 1 ? "0\(part)" : String(part) }
  let iso = "\(places["y"]!)-\(padded(places["m"]!))-\(padded(places["d"]!))\(match.6 ?? "")"
  var known = CSVKnownDay()
  let isValid = Array(iso.utf8).withUnsafeBytes { dayNumber($0) != nil || parseTimestamp($0, &known) != nil }
  return isValid ? iso : nil
}

private func plainDates(_ values: [String]) -> [String]? {
  var readings: [[String]] = []
  for mark in "/.-" {
    for order in ["dmy", "mdy", "ymd"] {
      let reading = values.compactMap { isoDate($0, order, mark) }
      if reading.count == values.count, !readings.contains(reading) { readings.append(reading) }
    }
  }
  return readings.count == 1 ? readings[0] : nil
}

// MARK: numbers

private enum NumberShape: Hashable {
  case plain, commaDecimal, commaGroups, commaEither
  case dotGroups(hasComma: Bool)
  case spaces(String, mark: String)
  case other
}

private let styledNumberShapes: Set<NumberShape> = {
  var shapes: Set<NumberShape> = [
    .commaDecimal, .commaGroups, .commaEither, .dotGroups(hasComma: true), .dotGroups(hasComma: false),
  ]
  for space in [" ", "\u{A0}", "\u{202F}"] {
    for mark in ["", ",", "."] { shapes.insert(.spaces(space, mark: mark)) }
  }
  return shapes
}()

private func numberShape(_ text: String) -> NumberShape {
  func matches(_ pattern: some RegexComponent) -> Bool { text.wholeMatch(of: pattern) != nil }
  if matches(/-?[1-9][0-9]{0,2},[0-9]{3}/) { return .commaEither }
  if matches(/-?[1-9][0-9]{0,2}(,[0-9]{3})+(\.[0-9]*)?/) { return .commaGroups }
  if matches(/-?(0|[1-9][0-9]*)?,[0-9]*([eE][+-]?[0-9]+)?/), text.contains(where: \.isWholeNumber),
    !matches(/-?,[eE].*/)
  {
    return .commaDecimal
  }
  if matches(/-?[1-9][0-9]{0,2}(\.[0-9]{3})+,[0-9]*/) { return .dotGroups(hasComma: true) }
  if matches(/-?[1-9][0-9]{0,2}(\.[0-9]{3}){2,}/) { return .dotGroups(hasComma: false) }
  for space in [" ", "\u{A0}", "\u{202F}"] where text.contains(space) {
    let digits = text.replacing(space, with: "_")
    guard digits.wholeMatch(of: /-?[1-9][0-9]{0,2}(_[0-9]{3})+([.,][0-9]*)?/) != nil else { return .other }
    return .spaces(space, mark: text.contains(",") ? "," : text.contains(".") ? "." : "")
  }
  let kinds = Array(text.utf8).withUnsafeBytes { classify(field: $0).kinds }
  return !kinds.isDisjoint(with: .number) ? .plain : .other
}

private func plainNumbers(_ values: [String]) -> [String]? {
  let shapes = Set(values.map(numberShape))
  if shapes.contains(.other) { return nil }
  var groups: Set<String> = []
  var showsComma = false
  for shape in shapes {
    switch shape {
    case .commaDecimal: showsComma = true
    case .commaGroups: groups.insert(",")
    case .dotGroups(let hasComma):
      groups.insert(".")
      showsComma = showsComma || hasComma
    case .spaces(let space, let mark):
      groups.insert(space)
      showsComma = showsComma || mark == ","
    default: break
    }
  }
  if groups.count > 1 || (showsComma && groups.contains(",")) { return nil }
  let decimal = showsComma || groups.contains(".") ? "," : "."
  if shapes.contains(.commaEither), decimal == ".", !groups.contains(",") { return nil }
  var written: [String] = []
  for value in values {
    if value.wholeMatch(of: /-?(inf|nan|NaN)/) != nil {
      written.append(value)
      continue
    }
    let group = groups.first
    if decimal == ",", value.contains(".") {
      // The point must group.
      guard group == ".", value.wholeMatch(of: /-?[1-9][0-9]{0,2}(\.[0-9]{3})+(,[0-9]*)?/) != nil else { return nil }
    }
    let digits = group.map { value.replacing($0, with: "") } ?? value
    written.append(digits.replacing(decimal, with: "."))
  }
  return written
}
