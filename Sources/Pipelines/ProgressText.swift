// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import TextFormats

/// How far writing a table has come.
public struct WriteProgress: Sendable {
  /// Rows written so far.
  public let rowCount: Int
  /// Rows in all.
  public let totalRowCount: Int
  /// Bytes given out so far, before any compression around them.
  public let byteCount: Int
}

/// Progress in words, on one line of a terminal: how far, how long still, how fast.
///
/// A count that falls, as that of a conversion does where the inputs are read again, starts the clock again.
public struct ProgressText: Sendable {
  /// Most characters of a line, so that none wraps in a terminal of 80 columns.
  public static let maximumLength = 79

  private var start: Double
  private var latest = 0
  private var latestStep = AggregationProgress.Step.readingRows

  /// Starts the clock at `seconds`.
  public init(startingAt seconds: Double) { start = seconds }

  /// `1.2 GB of 4.8 GB (25 %), 9 s left, 24,356,110 rows, 412.3 MB/s, 8.1 M rows/s`.
  public mutating func line(_ progress: ConvertOptions.Progress, at seconds: Double) -> String {
    let elapsed = elapsed(at: seconds, count: progress.consumedByteCount)
    var parts: [String] = []
    if let total = progress.totalByteCount, total > 0 {
      parts.append(
        "\(ByteSize(progress.consumedByteCount)) of \(ByteSize(total))\(percent(progress.consumedByteCount, total))")
      parts += timeLeft(progress.consumedByteCount, total, elapsed)
    } else {
      parts.append("\(ByteSize(progress.consumedByteCount))")
    }
    parts.append("\(grouped(progress.rowCount)) rows")
    return joined(parts + rates(bytes: progress.consumedByteCount, rows: progress.rowCount, elapsed))
  }

  /// `1,048,576 of 2,356,110 rows (44 %), 2 s left, 51.2 MB, 412.3 MB/s, 8.1 M rows/s`.
  public mutating func line(_ progress: WriteProgress, at seconds: Double) -> String {
    let elapsed = elapsed(at: seconds, count: progress.rowCount)
    let total = progress.totalRowCount
    var parts = ["\(grouped(progress.rowCount)) of \(grouped(total)) rows\(percent(progress.rowCount, total))"]
    parts += timeLeft(progress.rowCount, total, elapsed)
    parts.append("\(ByteSize(progress.byteCount))")
    return joined(parts + rates(bytes: progress.byteCount, rows: progress.rowCount, elapsed))
  }

  /// `1,048,576 of 2,356,110 rows (44 %), parting rows, 2 s left, 8.1 M rows/s`: another step starts the clock again.
  public mutating func line(_ progress: AggregationProgress, at seconds: Double) -> String {
    if progress.step != latestStep { start = seconds }
    latestStep = progress.step
    let elapsed = elapsed(at: seconds, count: progress.rowCount)
    let total = progress.totalRowCount
    var parts = ["\(grouped(progress.rowCount)) of \(grouped(total)) rows\(percent(progress.rowCount, total))"]
    switch progress.step {
    case .readingRows: break
    case .partingRows: parts.append("parting rows")
    case .groupingParts: parts.append("grouping parts")
    case .mergingParts: parts.append("merging parts")
    }
    parts += timeLeft(progress.rowCount, total, elapsed)
    return joined(parts + rates(rows: progress.rowCount, elapsed))
  }

  private mutating func elapsed(at seconds: Double, count: Int) -> Double {
    if count < latest { start = seconds }
    latest = count
    return seconds - start
  }

  private func percent(_ count: Int, _ total: Int) -> String {
    total > 0 ? " (\(Int(Double(count) / Double(total) * 100)) %)" : ""
  }

  private func timeLeft(_ count: Int, _ total: Int, _ elapsed: Double) -> [String] {
    guard count > 0, count < total, elapsed > 0 else { return [] }
    return ["\(durationText(elapsed / Double(count) * Double(total - count))) left"]
  }

  private func rates(bytes: Int? = nil, rows: Int, _ elapsed: Double) -> [String] {
    guard elapsed > 0 else { return [] }
    let perSecond = { (count: Int) in Int(min(Double(count) / elapsed, 1e18)) }
    return (bytes.map { ["\(ByteSize(perSecond($0)))/s"] } ?? []) + ["\(shortCount(perSecond(rows))) rows/s"]
  }

  /// As many parts as fit the line, the first one always.
  private func joined(_ parts: [String]) -> String {
    parts.dropFirst().reduce(parts[0]) { line, part in
      line.count + 2 + part.count <= Self.maximumLength ? "\(line), \(part)" : line
    }
  }
}

/// `12 s`, `4 min 10 s`, `3 h 7 min`; rounded up, so that the end is never promised too early.
func durationText(_ seconds: Double) -> String {
  let whole = Int(min(seconds.rounded(.up), 1e9))
  if whole < 120 { return "\(whole) s" }
  if whole < 2 * 3600 { return "\(whole / 60) min \(whole % 60) s" }
  return "\(whole / 3600) h \(whole / 60 % 60) min"
}

/// `950`, `12.3 k`, `8.1 M`, `2.0 G`: three digits and one after the point, cut.
func shortCount(_ count: Int) -> String {
  guard count >= 1000 else { return "\(count)" }
  var tenths = count / 100
  var unit = 0
  while tenths >= 10_000, unit < 2 {
    tenths /= 1000
    unit += 1
  }
  return "\(tenths / 10).\(tenths % 10) \(["k", "M", "G"][unit])"
}
