// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// Which delimiter, quote and escape divide a text best.
struct CSVDialectChoice {
  /// The one chosen, and how well it does.
  private(set) var best: CSVDialectScore
  /// The best one with another delimiter, if it may be one; where the delimiter is given, only if that divides nothing.
  private(set) var runnerUp: CSVDialectScore?
  /// Where no other delimiter is likely, or two are exactly alike: a comma, though it divides nothing.
  private(set) var isDefault = false

  private let candidates: CSVDialectCandidates
  private let hints: CSVDialectHints
  private let base: CSVDialect
  private static let mostDelimiters = 4

  /// `base` has the line end and comments; `given` is a delimiter that the user or the text states: spaces at its end mean that spaces
  /// are no part of fields, none mean that they are.
  init(_ candidates: CSVDialectCandidates, base: CSVDialect, hints: CSVDialectHints, given: [UInt8]?) {
    let space = UInt8(ascii: " ")
    var given = given
    var base = base
    if let stated = given, stated.count > 1, stated.last == space, let end = stated.lastIndex(where: { $0 != space }) {
      given = Array(stated[...end])
      base.skipsSpaces = true
    }
    self.candidates = candidates
    self.hints = hints
    self.base = base
    let comma = UInt8(ascii: ",")
    best = Self.score(base, candidates)
    if let given {
      best = bestOfQuotes(given)
      if best.widths.width == 1 {
        runnerUp = acceptable().first { $0.widths.records > 1 && $0.widths.share >= 0.95 && $0.firstFits }
      }
      return
    }
    let scores = acceptable()
    guard let first = scores.first else {
      isDefault = true
      best = bestOfQuotes([comma])
      return
    }
    if scores.count > 1 { runnerUp = scores[1] }
    if let second = runnerUp, first.total - second.total < 1e-9 {
      isDefault = true
      best = bestOfQuotes([comma])
    } else {
      best = first
    }
  }

  /// True if another delimiter does nearly as well.
  var isCloseCall: Bool { runnerUp.map { $0.total > 0.92 * best.total } ?? false }

  /// What may be the delimiter, the best first.
  private func acceptable() -> [CSVDialectScore] {
    // Other quotes are tried only with what does well with the usual one.
    let firsts = candidates.likelyDelimiters.map { bestOfEscapes(dialect([$0])) }.sorted { $0.total > $1.total }
    var scores = firsts.enumerated().map { rank, score in
      withRepeats(rank < Self.mostDelimiters ? bestOfQuotes(besides: score) : score)
    }
    scores.removeAll { !$0.isAcceptable }
    // What the first record has, and the others alike, is not beaten by what it has not.
    if scores.contains(where: { $0.firstFits && $0.widths.share >= 0.95 }) { scores.removeAll(where: \.lacksFirst) }
    return scores.sorted { $0.total > $1.total }
  }

  private static func score(_ dialect: CSVDialect, _ candidates: CSVDialectCandidates) -> CSVDialectScore {
    CSVDialectScore(dialect, in: candidates.window, isWhole: candidates.isWhole)
  }

  /// `base` with a delimiter and the first of the quotes.
  private func dialect(_ delimiter: [UInt8]) -> CSVDialect {
    var dialect = base
    dialect.delimiter = delimiter
    dialect.joinsDelimiters = delimiter == [UInt8(ascii: " ")]
    dialect.escape = hints.escape ?? .doubled
    dialect.quote = hints.quote ?? dialect.quote
    return dialect
  }

  private func bestOfQuotes(_ delimiter: [UInt8]) -> CSVDialectScore {
    bestOfQuotes(besides: bestOfEscapes(dialect(delimiter)))
  }

  /// The best of all quotes with the delimiter of `first`, which has the usual one.
  private func bestOfQuotes(besides first: CSVDialectScore) -> CSVDialectScore {
    guard hints.quote == nil else { return first }
    var best = first
    var dialect = dialect(first.dialect.delimiter)
    for quote in candidates.otherQuotes {
      dialect.quote = quote
      let other = bestOfEscapes(dialect)
      let isPossible = quote == nil ? first.hardlyQuotes(beside: other) : other.quotedFields > other.brokenRecords
      if isPossible, other.total * (quote == nil ? 0.95 : 0.97) > best.total { best = other }
    }
    return best
  }

  /// With backslashes as escapes, or without; the former where more records are in form then.
  private func bestOfEscapes(_ dialect: CSVDialect) -> CSVDialectScore {
    let plain = bestOfSpaces(dialect)
    guard hints.escape == nil, candidates.hasEscapes else { return plain }
    var escaping = plain.dialect
    escaping.escape = .backslash
    let escaped = Self.score(escaping, candidates)
    let isBetter = escaped.total > plain.total * 1.001
    return isBetter || (escaped.hasBackslashNull && escaped.total > plain.total * 0.999) ? escaped : plain
  }

  /// With the spaces around fields, or without them where nearly every delimiter is followed by one.
  private func bestOfSpaces(_ dialect: CSVDialect) -> CSVDialectScore {
    let plain = Self.score(dialect, candidates)
    guard hints.delimiter == nil, dialect.delimiter.count == 1, candidates.isSpaced(dialect.delimiter[0]) else {
      return plain
    }
    var skipping = dialect
    skipping.skipsSpaces = true
    let other = Self.score(skipping, candidates)
    return other.spacedShare >= 0.95 && other.total > plain.total * 0.97 ? other : plain
  }

  /// With two or three delimiters for one, where fields between them are always empty.
  private func withRepeats(_ score: CSVDialectScore) -> CSVDialectScore {
    let byte = score.dialect.delimiter[0]
    let isCommon = byte == UInt8(ascii: ",") || byte == UInt8(ascii: ";")
    // Two columns of which the one between is always empty are no rarer than doubled commas.
    guard score.repeats > 1, !isCommon || score.widths.width > 3, score.widths.records > 1 else { return score }
    var dialect = score.dialect
    dialect.delimiter = Array(repeating: byte, count: score.repeats)
    let repeated = Self.score(dialect, candidates)
    return repeated.widths.share >= score.widths.share - 0.05 ? repeated : score
  }
}

extension CSVDialectScore {
  /// True if this may be the delimiter: those that also stand in plain text need more evidence.
  fileprivate var isAcceptable: Bool {
    guard widths.width > 1, widths.fits > 1 || widths.records == 1 else { return false }
    if dialect.delimiter.count > 1 { return widths.share >= 0.9 }
    switch dialect.delimiter[0] {
    case UInt8(ascii: ","): return firstFits || widths.share >= 0.8 || !lacksFirst
    case UInt8(ascii: "\t"), UInt8(ascii: ";"), UInt8(ascii: "|"): return widths.share >= 0.5
    case UInt8(ascii: " "): return widths.share >= 0.9 && figureShare > 0 && !lacksFirst && !looksLikeTimes
    case UInt8(ascii: ":"):
      return widths.share >= 0.97 && widths.width > 2 && widths.records > 2 && !lacksFirst && !looksLikeTimes
    default: return widths.share >= 0.9
    }
  }

  /// True if double quotes, which this score reads as such, are text to `other`, which reads none: inches, speech.
  fileprivate func hardlyQuotes(beside other: CSVDialectScore) -> Bool {
    if brokenRecords >= 3, quotedFields * 10 <= brokenRecords { return true }
    // A quote that is still open at the end of the sample.
    return quotedFields == 0 && other.widths.width > 1 && other.widths.share >= 0.99
      && other.widths.records > max(5, 3 * widths.records)
  }
}
