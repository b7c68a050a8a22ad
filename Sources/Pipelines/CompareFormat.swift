// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// A form of what a comparison found.
public enum CompareFormat: String, Sendable, CaseIterable {
  /// For people at a terminal.
  case text
  /// For pull requests: Markdown as GitHub has it.
  case markdown = "md"
  /// For programs: `Formats/CompareReport`.
  case json
}

/// Where a comparison's report goes.
public struct CompareReportTarget: Sendable, Hashable {
  /// Path, or `-` for standard output; `.gz` and `.zst` compress.
  public let path: String
  /// Markdown or text if the path's extension says so (`.md`, `.txt`), else JSON.
  public let format: CompareFormat

  /// Takes the form from `path`.
  public init(path: String) {
    self.path = path
    let named = try? OutputTarget(path: path, format: nil, fallback: .json)
    format =
      switch named?.format {
      case .markdown: .markdown
      case .table: .text
      default: .json
      }
  }
}

/// What was found, in a form; ends with a line end. `width`: columns of the terminal that a text is for, nil for none; `usesColour`: whether
/// escape sequences may colour it. The same comparison gives the same text.
public func compareText(
  _ found: InputComparison, as format: CompareFormat, width: Int? = nil, usesColour: Bool = false
) -> String {
  switch format {
  case .text:
    summary(of: found.comparison, allowed: found.allowed, width: width).map { $0.text(usesColour: usesColour) + "\n" }
      .joined()
  case .markdown: markdownSummary(of: found.comparison, allowed: found.allowed)
  case .json: compareReport(found).text
  }
}
