// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// What the first part of a text shows: dialect, names, width and where the data begin.
///
/// `sample` is decoded to UTF-8; a byte order mark at its start is left out and counts into `dataStart`. It may be cut anywhere unless
/// `isWhole`. nil: the sample is too short to tell (it has fewer than two whole records, which a wide header or a quoted field
/// may take), come again with more; never nil if it is whole or at least ``CSVSniffing/mostSampleBytes`` long and has a record.
///
/// Whatever `hints` say is taken as it is. A text without any content has width 0, no names and no data: `dataStart` is its end then.
/// Throws `csv.binary` if it is no text, `csv.other-format` if it is one of another kind. Linear in the sample.
func sniffDialect(
  _ sample: UnsafeRawBufferPointer, isWhole: Bool, hints: CSVDialectHints = CSVDialectHints(),
  encoding: CSVEncodingGuess = .utf8, file: String = ""
) throws(CSVError) -> CSVSniffing? {
  // Whoever states the encoding says that it is text.
  if hints.encoding == nil { try refuseBinary(sample, file: file) }
  let markBytes = sample.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
  let text = UnsafeRawBufferPointer(rebasing: sample[markBytes...])
  // Whoever states the delimiter wants its lines.
  if hints.delimiter == nil { try refuseOtherText(text, file: file) }
  let sniffer = CSVSniffer(text, isWhole: isWhole, hints: hints, encoding: encoding)
  guard var sniffing = sniffer.sniff() else { return nil }
  sniffing.dataStart += markBytes
  return sniffing
}

extension CSVSniffing {
  /// A sample of this size is always enough, if a record fits it.
  static let mostSampleBytes = 1 << 20
}

/// Puts the choices about one text together.
private struct CSVSniffer {
  let text: UnsafeRawBufferPointer
  let isWhole: Bool
  let hints: CSVDialectHints
  let encoding: CSVEncodingGuess
  let lineEnds: CSVLineEndChoice
  /// A first line `sep=;`, as spreadsheets write and read it.
  private var separatorLine: (bytes: Int, delimiter: UInt8)?

  init(_ text: UnsafeRawBufferPointer, isWhole: Bool, hints: CSVDialectHints, encoding: CSVEncodingGuess) {
    self.text = text
    self.isWhole = isWhole
    self.hints = hints
    self.encoding = encoding
    lineEnds = CSVLineEndChoice(text, isWhole: isWhole)
    separatorLine = findSeparatorLine()
  }

  func sniff() -> CSVSniffing? {
    if text.allSatisfy({ $0 == 32 || (9...13).contains($0) }) { return isWhole ? nothing() : nil }
    let isShort = !isWhole && text.count < CSVSniffing.mostSampleBytes
    if isShort, lineEnds.feeds + lineEnds.loneReturns < 2 { return nil }
    var dialect = CSVDialect()
    dialect.encoding = hints.encoding ?? encoding.name
    dialect.lineEnd = hints.lineEnd ?? lineEnds.first
    let ownComment = Array(rejectsComment.utf8)
    dialect.comment = hints.comment ?? (text.starts(with: ownComment) ? ownComment : [])
    let top = skippedTop(dialect.lineEnd)
    let rest = UnsafeRawBufferPointer(rebasing: text[top.bytes...])

    let given = hints.delimiter ?? separatorLine.map { [$0.delimiter] }
    let choice = CSVDialectChoice(
      CSVDialectCandidates(rest, isWhole: isWhole), base: dialect, hints: hints, given: given)
    dialect = choice.best.dialect
    dialect.lineEnd = hints.lineEnd ?? lineEnds.best(for: dialect, in: rest, isWhole: isWhole)

    var table = CSVSampleTable(rest, dialect: dialect, width: nil, isWhole: isWhole)
    var comments: CSVCommentChoice?
    if dialect.comment.isEmpty, hints.comment == nil, !table.records.isEmpty {
      let found = CSVCommentChoice(table, delimiter: dialect.delimiter)
      table.remove(found.lines)
      dialect.comment = found.prefix
      comments = found
    }
    guard !table.records.isEmpty else { return isWhole ? nothing() : nil }
    if table.records.count < 2, isShort { return nil }

    let isAsked = hints.preambleLines != nil
    let tableTop =
      isAsked
      ? CSVTableTop(startingAtFirstOf: table) : CSVTableTop(table, isDivided: given != nil || !choice.isDefault)
    let start = tableTop.start
    let header =
      hints.headerRows.map { CSVHeaderChoice(rows: min($0, table.records.count - start)) }
      ?? CSVHeaderChoice(table, start: start, width: tableTop.width)
    let names = CSVHeaderNames(
      table, start: start, rows: header.rows, width: tableTop.width, isAsked: hints.headerRows != nil)
    dialect.preambleLines = top.lines + table.records[start].line
    dialect.headerRows = header.rows

    let last = header.rows > 0 ? table.records[start + header.rows - 1] : nil
    let words = CSVFindingWords(hints: hints, dialect: dialect)
    return CSVSniffing(
      dialect: dialect,
      findings: [
        words.encoding(encoding), words.delimiter(choice, statedByText: separatorLine != nil), words.quote(choice.best),
        words.escape(choice.best), lineEnds.finding(dialect.lineEnd, asked: hints.lineEnd != nil), words.header(header),
        words.preamble(tableTop),
        words.footer(), words.comment(comments),
      ].compactMap { $0 },
      names: header.rows > 0 ? names.names : nil, width: header.rows > 0 ? names.width : tableTop.width,
      dataStart: top.bytes + (last?.end ?? table.records[start].start),
      linesBeforeData: top.lines + (last.map { $0.line + $0.lineCount } ?? table.records[start].line))
  }

  /// Lines that are left out before anything is looked at.
  private func skippedTop(_ lineEnd: CSVDialect.LineEnd) -> (bytes: Int, lines: Int) {
    guard let wanted = hints.preambleLines else { return separatorLine.map { ($0.bytes, 1) } ?? (0, 0) }
    var (position, lines) = (0, 0)
    while position < text.count, lines < wanted {
      let byte = text[position]
      position += 1
      if byte == 13, lineEnd != .lf, lineEnd == .cr || position == text.count || text[position] != 10 { lines += 1 }
      if byte == 10, lineEnd != .cr { lines += 1 }
    }
    return (position, lines)
  }

  private func findSeparatorLine() -> (bytes: Int, delimiter: UInt8)? {
    guard text.count > 5, text.starts(with: Array("sep=".utf8)), text[5] == 10 || text[5] == 13 else { return nil }
    let isPair = text[5] == 13 && text.count > 6 && text[6] == 10
    return (isPair ? 7 : 6, text[4])
  }

  /// A text without content.
  private func nothing() -> CSVSniffing {
    var dialect = CSVDialect()
    dialect.encoding = hints.encoding ?? encoding.name
    dialect.delimiter = hints.delimiter ?? dialect.delimiter
    dialect.quote = hints.quote ?? dialect.quote
    dialect.escape = hints.escape ?? dialect.escape
    dialect.comment = hints.comment ?? dialect.comment
    dialect.headerRows = hints.headerRows ?? dialect.headerRows
    dialect.lineEnd = hints.lineEnd ?? (lineEnds.feeds == 0 ? lineEnds.first : .lf)
    let words = CSVFindingWords(hints: hints, dialect: dialect)
    return CSVSniffing(
      dialect: dialect,
      findings: [words.encoding(encoding), lineEnds.finding(dialect.lineEnd, asked: hints.lineEnd != nil)], names: [],
      width: 0,
      dataStart: text.count, linesBeforeData: dialect.lineEnd == .cr ? lineEnds.loneReturns : lineEnds.feeds)
  }
}
