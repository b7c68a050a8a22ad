// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// Why a column is text of which values might be read in some style, and what to do; nil where the style is clear.
///
/// `first` names the first value of a kind.
func reasonForDoubt(_ kinds: CSVEvidence.Kinds, _ first: (CSVEvidence.Kinds) -> String?) -> String? {
  if kinds.hasAmbiguousDates, let place = first(.eitherOrder) {
    let mark = kinds.contains(.slash) ? "/" : kinds.contains(.dot) ? "." : "-"
    return "\(place), and no value says if day or month is first: give --date-format %d\(mark)%m\(mark)%Y "
      + "or %m\(mark)%d\(mark)%Y"
  }
  if kinds.hasAmbiguousNumbers, let place = first(.commaEither) {
    return "\(place), and no value says if the comma is a decimal mark or groups: give --decimal , or --thousands ,"
  }
  if kinds.contains(.misfit), let place = first(.misfit) {
    let other = first(kinds.contains(.dotGroups) ? .dotGroups : .numberMarks).map { "\($0), " } ?? ""
    return "\(other)\(place): numbers are written in two ways"
  }
  return nil
}

extension CSVStyle.Dates {
  /// How the dates of a column are written, and what says so; to be put behind the reason for its type.
  func inWords(_ kinds: CSVEvidence.Kinds, _ first: (CSVEvidence.Kinds) -> String?) -> String {
    func because(_ kind: CSVEvidence.Kinds) -> String { first(kind).map { " (\($0))" } ?? "" }
    switch self {
    case .iso: return ""
    case .format(let format): return ", as \(format)"
    case .order(.dayFirst, _): return ", day first\(because(.dayFirst))"
    case .order(.monthFirst, _): return ", month first\(because(.monthFirst))"
    case .order(.yearFirst, _): return ", year first"
    case .order(.same, _): return ", the same with day or month first"
    }
  }
}

extension CSVStyle {
  /// How the numbers of a column are written, and what says so; to be put behind the reason for its type.
  func numbersInWords(_ kinds: CSVEvidence.Kinds, _ first: (CSVEvidence.Kinds) -> String?) -> String {
    if number.isPlain { return "" }
    var parts: [String] = []
    func add(_ words: String, _ kinds: CSVEvidence.Kinds) {
      parts.append(words + (isNumberGiven ? "" : first(kinds).map { " (\($0))" } ?? ""))
    }
    if number.decimal == UInt8(ascii: ",") {
      // Where points group, commas need not be looked at one by one.
      add("decimal comma", kinds.contains(.dotGroups) ? [] : .commaDecimal)
    }
    switch number.groups {
    case .none: break
    case .anySpace: add("spaces between groups", .spaces)
    case .mark(let mark):
      let isSpace = CSVNumberStyle.spaces.contains(mark)
      let words = isSpace ? "spaces between groups" : "\"\(String(decoding: mark, as: UTF8.self))\" between groups"
      add(words, mark == [UInt8(ascii: ",")] ? .commaGroups : isSpace ? .spaces : .dotGroups)
    }
    return ", " + parts.joined(separator: ", ") + (isNumberGiven ? " as given" : "")
  }
}
