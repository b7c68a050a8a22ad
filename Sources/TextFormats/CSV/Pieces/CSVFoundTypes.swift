// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// What the values of a text's columns show: of one piece, of several joined, or of all.
///
/// A reader that is told what all pieces show together takes each column for what a reader of the whole text takes it for, and reads its
/// values in the same style, whatever piece it has before it.
package struct CSVFoundTypes: Sendable, Equatable {
  /// Columns in order.
  private(set) var names: [String] = []
  /// By column, of those whose type is not given.
  private(set) var evidence: [String: CSVEvidence] = [:]
  /// Types that are given.
  private(set) var given: [String: ColumnType] = [:]
  /// Columns that are to be looked at once more, under what is known of them here: numbers or dates were read in different styles, or
  /// it is not known yet if numbers keep their digits as float64. Empty: all is known.
  package private(set) var unsettled: [String] = []

  init() {}

  init(of state: CSVRunState) {
    names = state.plan.map(\.name)
    for (column, plan) in state.plan.enumerated() {
      if let type = plan.forced { given[plan.name] = type } else { evidence[plan.name] = state.evidence[column] }
    }
  }

  /// Names and types of the columns, as far as they are known.
  package var schema: Schema {
    Schema(names.map { Field(name: $0, type: given[$0] ?? evidence[$0]?.type ?? .string) })
  }

  /// Columns that have a value in some piece, or a type that was given.
  package var namesWithValues: Set<String> {
    Set(names.filter { given[$0] != nil || evidence[$0]?.type != nil })
  }

  /// Columns that are text because nothing says how their dates or numbers are to be read.
  package var ambiguous: [String] { names.filter { evidence[$0]?.isAmbiguous == true } }

  /// What all `pieces` show together, read with `options`. Commutative but for the order of columns, which is the first one's. Pieces without columns,
  /// which texts without any record are, show nothing.
  ///
  /// Throws `csv.columns-differ` if they have not the same columns; `source` says of a piece, counted from 0, which file it is of and where that was
  /// read.
  package init(
    joining pieces: [CSVFoundTypes], _ options: CSVOptions,
    source: (Int) -> (file: String, place: Place) = { ("piece \($0 + 1)", Place()) }
  ) throws {
    guard let first = pieces.firstIndex(where: { !$0.names.isEmpty }) else { return }
    names = pieces[first].names
    given = pieces[first].given
    for (number, piece) in pieces.enumerated() where !piece.names.isEmpty {
      try checkColumns(of: piece, source(number), firstFile: source(first).file)
    }
    for name in names where given[name] == nil {
      let shown = pieces.compactMap { $0.evidence[name] }
      let joined = shown.reduce(into: CSVEvidence()) { $0.join($1) }
      let rules = CSVStyleRules(
        format: options.dateFormatOfColumn[name] ?? options.dateFormat, number: options.numberStyle)
      evidence[name] = joined
      guard let style = rules.style(for: joined) else { continue }
      let styles = shown.compactMap { piece in rules.style(for: piece).map { (piece, $0) } }
      let isReadOtherwise = styles.contains { $0.isReadOtherwise(in: style, by: $1) }
      if isReadOtherwise { evidence[name] = joined.inNoStyle(wasFormat: styles.contains { $1.isFormat }) }
      if isReadOtherwise || joined.needsFloatCheck { unsettled.append(name) }
    }
  }

  /// Throws unless `piece` has the columns that are known already.
  private func checkColumns(
    of piece: CSVFoundTypes, _ source: (file: String, place: Place), firstFile: String
  ) throws(CSVError) {
    func error(_ what: String, _ column: String, _ advice: String) -> CSVError {
      var place = source.place
      place.column = column
      return CSVError("csv.columns-differ", "\(source.file) \(what)", at: place, advice: advice)
    }
    let (known, own) = (Set(names), Set(piece.names))
    let sameColumns = "all pieces of all files must have the same columns, in any order"
    if let missing = names.first(where: { !own.contains($0) }) {
      throw error("has no column \"\(missing)\", which \(firstFile) has", missing, sameColumns)
    }
    if let surplus = piece.names.first(where: { !known.contains($0) }) {
      throw error("has a column \"\(surplus)\", which \(firstFile) lacks", surplus, sameColumns)
    }
    if let other = names.first(where: { given[$0] != piece.given[$0] }) {
      throw error(
        "was given another type of \"\(other)\" than \(firstFile)", other,
        "give the same options for all pieces of all files")
    }
  }

  /// Throws `csv.other-types` if a column has not the type that it was found to have.
  func checkKept(_ state: CSVRunState, source: String) throws(CSVError) {
    guard unsettled.isEmpty else { return }
    for (column, plan) in state.plan.enumerated() where plan.forced == nil {
      guard let known = evidence[plan.name] else {
        throw CSVError(
          "csv.other-types", "nothing is known of this column's type", at: Place(file: source, column: plan.name),
          advice: "join what 'csv types' says of all pieces, read with the same options")
      }
      let (found, expected) = (state.type(of: column), known.type ?? .string)
      guard found == expected else {
        throw CSVError(
          "csv.other-types", "values are \(found), where all pieces together were \(expected)",
          at: Place(file: source, column: plan.name),
          advice: "run 'csv types' on every piece, and join all that it says")
      }
    }
  }
}

extension CSVStyle {
  fileprivate var isFormat: Bool { if case .format = date { true } else { false } }
}

extension CSVEvidence {
  /// True if the values, which were read in the style `own`, may show something else in `style`. Dates show the same whatever their order.
  fileprivate func isReadOtherwise(in style: CSVStyle, by own: CSVStyle) -> Bool {
    if own.isFormat != style.isFormat { return true }
    return own.number != style.number && !kinds.isDisjoint(with: [.point, .exponent, .misfit, .numberMarks])
  }

  /// What stays true of values that were read in another style than theirs: as ``CSVRunState/changeStyles(of:)`` has it.
  fileprivate func inNoStyle(wasFormat: Bool) -> CSVEvidence {
    wasFormat ? CSVEvidence(.formatMiss) : CSVEvidence(kinds.subtracting(.styledReading))
  }
}

// MARK: as text

extension CSVFoundTypes: LosslessStringConvertible {
  private static let version = "1"

  /// One word for ``init(_:)``: a version, then what is known of each column. Bytes of names that are no letter, digit or `_` are written `%XX`.
  package var description: String {
    let columns = names.map { name in
      let type = given[name].map { "\(word("\($0)"))" }
      let shown = evidence[name].map {
        "\(String($0.kinds.rawValue, radix: 16)).\($0.integerDigits).\($0.fractionDigits)"
      }
      return word(name) + (type.map { ":\($0)" } ?? "=\(shown ?? "")") + (unsettled.contains(name) ? "~" : "")
    }
    return ([Self.version] + columns).joined(separator: ",")
  }

  /// As its ``description``; nil for anything else.
  package init?(_ text: String) {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    guard parts.first == Substring(Self.version) else { return nil }
    for part in parts.dropFirst() {
      let isUnsettled = part.last == "~"
      let part = isUnsettled ? part.dropLast() : part
      guard let mark = part.firstIndex(where: { $0 == ":" || $0 == "=" }), let name = plain(part[..<mark]),
        given[name] == nil, evidence[name] == nil
      else { return nil }
      let value = part[part.index(after: mark)...]
      names.append(name)
      if isUnsettled { unsettled.append(name) }
      if part[mark] == ":" {
        guard let type = plain(value).flatMap({ ColumnType($0) }) else { return nil }
        given[name] = type
      } else {
        guard let shown = CSVEvidence(word: value) else { return nil }
        evidence[name] = shown
      }
    }
  }
}

extension CSVEvidence {
  fileprivate init?(word: Substring) {
    let numbers = word.split(separator: ".", omittingEmptySubsequences: false)
    guard numbers.count == 3, let kinds = UInt64(numbers[0], radix: 16), let integerDigits = naturalNumber(numbers[1]),
      let fractionDigits = naturalNumber(numbers[2])
    else { return nil }
    self.init(Kinds(rawValue: kinds), integerDigits: integerDigits, fractionDigits: fractionDigits)
  }
}

/// `text` without any byte that divides words.
private func word(_ text: String) -> String {
  text.utf8.map { byte in
    let isPlain = isDigit(byte) || (byte | 0x20) &- UInt8(ascii: "a") < 26 || byte == UInt8(ascii: "_")
    if isPlain { return String(Unicode.Scalar(byte)) }
    return "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
  }.joined()
}

/// What ``word(_:)`` was made of; nil where it was not made so.
private func plain(_ word: Substring) -> String? {
  var bytes: [UInt8] = []
  var rest = Array(word.utf8)[...]
  while let byte = rest.popFirst() {
    guard byte == UInt8(ascii: "%") else {
      bytes.append(byte)
      continue
    }
    guard rest.count >= 2, let code = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else {
      return nil
    }
    bytes.append(code)
    rest = rest.dropFirst(2)
  }
  return String(validating: bytes, as: UTF8.self)
}
