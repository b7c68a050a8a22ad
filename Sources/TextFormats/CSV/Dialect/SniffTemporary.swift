import Columns

func detectEncoding(_ raw: UnsafeRawBufferPointer, isWhole: Bool) -> (name: String, reason: String, isCloseCall: Bool) {
  ("UTF-8", "", false)
}

func sniffDialect(_ sample: UnsafeRawBufferPointer, isWhole: Bool, hints: CSVDialectHints, file: String) throws -> CSVSniffing {
  var dialect = CSVDialect()
  let bom = sample.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
  if let q = hints.quote { dialect.quote = q }
  if let e = hints.escape { dialect.escape = e }
  if let e = hints.comment { dialect.comment = e }
  if let d = hints.delimiter { dialect.delimiter = d } else {
    var head = CSVRecordWalk(sample, dialect: dialect, from: bom, isWhole: isWhole)
    if let r = head.next(), r.fields.count == 1, sample[bom..<r.end].contains(UInt8(ascii: ";")) { dialect.delimiter = [UInt8(ascii: ";")] }
  }
  var walk = CSVRecordWalk(sample, dialect: dialect, from: bom, isWhole: isWhole)
  while let record = walk.next() {
    if record.isBlank, !(isWhole && record.end == sample.count), hints.preambleLines == nil { continue }
    let names = record.fields.map { String(decoding: walk.content($0), as: UTF8.self) }
    return CSVSniffing(dialect: dialect, findings: [CSVFinding(name: "delimiter", value: "comma", reason: "the header has it", isCloseCall: false)], names: names, width: names.count, dataStart: record.end, linesBeforeData: record.line + record.lineCount)
  }
  return CSVSniffing(dialect: dialect, findings: [], names: [], width: 0, dataStart: sample.count, linesBeforeData: 0)
}
