// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import TextFormats

/// Delimiter, quote, escape, line end and comments of small texts.
@Suite struct CSVSniffDialectTests {
  static let texts: [(text: String, summary: String)] = [
    ("a,b\n1,2\n", ","),
    ("a;b\n1;2,5\n", ";"),
    ("a\tb\n1\t2\n", "\t"),
    ("a|b\n1|2\n", "|"),
    ("a,b\n1,2\n3,4\"5\"\n", ","),
    ("a\n1\n2\n", ","),
    ("a\n1\n1,2\n", ","),
    ("a;b\nx\n", ","),
    ("name\nJohn Smith\nMary Ann Jones\nJo\n", ","),
    ("full name\nJohn Smith\nMary Jones\n", ","),
    ("time\n2020-01-01 10:00:00\n2020-01-02 11:30:00\n", ","),
    ("2020-01-01 10:00:00\n2020-01-02 11:30:00\n2020-01-03 11:30:00\n", ","),
    // Decimal commas, times, tags and prose beside the delimiter.
    ("a;b;c\n1,5;2,5;3,5\n2,5;3,5;4,5\n", ";"),
    ("1,5;2,5;3,5\n2,5;3,5;4,5\n", ";"),
    ("id,tags\n1,x|y|z|v|w\n2,a|b|c|d|e\n3,k|l|m|n|o\n", ","),
    ("id;who\n1;Doe, John\n2;Roe, Jane\n", ";"),
    ("id,at\n1,10:00:00\n2,11:00:00\n", ","),
    ("time stamp,value\n2020-01-01 10:00,5\n2020-01-01 11:00,6\n", ","),
    ("id\ttext\n1\tYes, it is, so\n2\tNo, no, no\n3\tone\n", "\t"),
    ("url,n\nhttp://a.b/c?d=1;e=2,5\nhttp://a.b/c?d=2;e=3,6\n", ","),
    // Spaces and colons need more than themselves.
    ("id name qty\n1 bob 3\n2 ann 4\n", "  joined"),
    ("x    y   z\n1.0  2.0 3.0\n10.0 2.5 3.25\n", "  joined"),
    ("root:x:0:0:/root\ndaemon:x:1:1:/usr\nbin:x:2:2:/bin\n", ":"),
    ("1::1193::5::978300760\n1::661::3::978302109\n1::914::3::978301968\n", "::"),
    ("a||b||c\n1||2||3\n4||||6\n", "||"),
    ("a\t\tb\n1\t\t2\n3\t\t4\n", "\t\t"),
    ("a, b, c\n1, 2, 3\n4, 5, 6\n", ", spaces"),
    ("a; b\n1; x\n2; y\n", "; spaces"),
    ("a, b\n1, \"x, y\"\n2, \"z\"\n", ", spaces"),
    ("a | b | c\n1 | 2 | 3\n4 | 5 | 6\n", "| spaces"),
    ("id,note\n1, spaced\n2,not\n", ","),
    // Quotes.
    ("a,b\n1,\"x;y;z\"\n2,\"u;v;w\"\n", ","),
    ("a,b\n1,'x,y'\n2,'z'\n", ", quote='"),
    ("a,b\n1,'x,y'\n2,'it''s'\n", ", quote='"),
    ("a,b\n1,'s-Hertogenbosch\n2,'t Harde\n3,x\n", ","),
    ("a\tb\n1\t5\" pipe\n2\t6\" pipe\n3\t7\" pipe\n", "\t quote=none"),
    ("a,b\n1,\"x\n\n\ny\"\n2,\"z\n,,,,\n\"\n", ","),
    ("a,b\n1,\"say \"\"hi\"\", you\"\n2,z\n", ","),
    ("a,b\n1,\"say \\\"hi\\\", you\"\n2,\"\\\"z\\\"\"\n", ", backslash"),
    ("a,b\n1,x\\,y\n2,z\n3,u\\,v\n", ", backslash"),
    ("a\tb\n1\t\\N\n\\N\tx\n", "\t backslash"),
    ("a,b\n\"C:\\dir\\\",1\n\"C:\\New\\\",2\n", ","),
    // Line ends.
    ("a,b\r\n1,2\r\n", ","),
    ("a,b\r1,2\r3,4\r", ", cr"),
    ("a,b\r1,\"x\ny\"\r3,4\r5,6\r", ", cr"),
    ("a,b\n1,2\r3,4\n5,6\n", ", mixed"),
    ("a,b\r\n1,2\r\n3,4\r5,6\r\n", ", mixed"),
    ("a,b\n1,x\ry\n2,z\n3,w\n4,v\n", ","),
    ("a,b\n1,\"x\ry\"\n2,z\n", ","),
    // Comments.
    ("a,b\n1,2\n# note\n3,4\n", ", comment=#"),
    ("# top, of, all, this\na,b\n1,2\n# note\n3,4\n", ", comment=#"),
    ("a,b\n1,2\n// note\n3,4\n", ", comment=//"),
    ("a\tb\n1\t2\n% note\n3\t4\n", "\t comment=%"),
    ("a,b\n1,2\n; note\n3,4\n", ", comment=;"),
    ("# only on top\na,b\n1,2\n3,4\n", ","),
    ("tag,n\n#x,2\n#y,4\n", ","),
    ("#colonnade 1\na,b\n#x,2\n3,4\n", ", comment=#colonnade"),
    ("sep=;\na;b\n1;2\n", ";"),
    ("sep=|\r\na;b|c\r\n1;2|3\r\n", "|"),
  ]

  @Test(arguments: texts.indices) func dialect(index: Int) throws {
    let (text, summary) = Self.texts[index]
    let found = try sniff(text)
    #expect(found.summary == summary, "\(text)")
    #expect(found.closeCalls == [], "\(text)")
  }

  @Test func closeCallsAndDefaults() throws {
    let tie = try sniff("a;b|c\n1;2|3\n")
    #expect(tie.summary == "," && tie.width == 1 && tie.closeCalls == ["delimiter"])
    #expect(tie.reason("delimiter")?.contains("--delimiter") == true)
    #expect(try sniff("a,b\n1,2\n").reason("delimiter") == "each of the first 2 records has 1 of them")
  }

  @Test func hintsOverrule() throws {
    let text = "# c\nx;y,z\n1;'2',3\n"
    let found = try sniff(text) {
      $0.delimiter = Array(",".utf8)
      $0.quote = .some(nil)
      $0.escape = .backslash
      $0.comment = Array("#".utf8)
      $0.preambleLines = 1
      $0.headerRows = 0
      $0.encoding = "ISO-8859-15"
      $0.footerLines = 1
    }
    #expect(found.summary == ", quote=none backslash comment=#")
    #expect(found.dialect.encoding == "ISO-8859-15" && found.names == nil && found.dataStart == 4)
    #expect(found.width == 2 && found.linesBeforeData == 1 && found.dialect.preambleLines == 1)
    let order = ["encoding", "delimiter", "quote", "escape", "line_end", "header", "preamble", "footer", "comment"]
    #expect(found.findings.map(\.name) == order)
    #expect(found.findings.filter { $0.name != "line_end" }.allSatisfy { $0.reason == "as asked" && !$0.isCloseCall })
    let several = try sniff("a||b\n1||2|3\n") { $0.delimiter = Array("||".utf8) }
    #expect(several.names == ["a", "b"])
    let quoted = try sniff("a,b\n1,'x,y'\n") { $0.quote = UInt8(ascii: "\"") }
    #expect(quoted.summary == ",")
    #expect(try sniff("a,b\n#x,2\n# y\n") { $0.comment = [] }.dialect.comment.isEmpty)
  }
}
