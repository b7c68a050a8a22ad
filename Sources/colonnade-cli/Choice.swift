// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// One of few words as the value of an option.
///
/// The argument parser would make the same of such a type by itself, but by key paths and look-ups of generic types each time that it
/// starts: two hundredths of the time of a short job.
protocol Choice: ExpressibleByArgument, CaseIterable, RawRepresentable<String> where AllCases == [Self] {}

extension Choice {
  /// The word as it is written, nil for others.
  public init?(argument: String) { self.init(rawValue: argument) }

  /// The words, in the order of the cases.
  public static var allValueStrings: [String] { allCases.map { $0.rawValue } }

  /// None: the words speak for themselves.
  public static var allValueDescriptions: [String: String] { [:] }

  /// The words.
  public static var defaultCompletionKind: CompletionKind { .list(allValueStrings) }

  /// The word.
  public var defaultValueDescription: String { rawValue }
}
