// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import TextFormats

/// Header, preamble, names, width and where the data begin.
@Suite struct CSVSniffHeaderTests {
  /// `data`: how the text goes on from the first record of data.
  static let texts: [(text: String, names: [String]?, width: Int, data: String)] = [
    ("a,b\n1,2\n", ["a", "b"], 2, "1,2\n"),
    ("\u{FEFF}a,b\r\n1,2\r\n", ["a", "b"], 2, "1,2\r\n"),
    ("1,2\n3,4\n", nil, 2, "1,2\n3,4\n"),
    ("x,1\ny,2\nz,3\n", nil, 2, "x,1\ny,2\nz,3\n"),
    ("a,b", ["a", "b"], 2, ""),
    ("1,2\n", ["1", "2"], 2, ""),
    ("name,city\nbob,berlin\nann,paris\n", ["name", "city"], 2, "bob,berlin\nann,paris\n"),
    ("yes,no\nyes,yes\nno,no\n", nil, 2, "yes,no\nyes,yes\nno,no\n"),
    (",b\n1,2\n3,4\n", ["", "b"], 2, "1,2\n3,4\n"),
    ("state,2019,2020\nSP,5,6.5\nRJ,7,8\n", ["state", "2019", "2020"], 3, "SP,5,6.5\nRJ,7,8\n"),
    ("state,1/22/20,1/23/20\nSP,5,6\nRJ,7,8\n", ["state", "1/22/20", "1/23/20"], 3, "SP,5,6\nRJ,7,8\n"),
    (",0,1,2\n0,5,6,7\n1,8,9,10\n", ["", "0", "1", "2"], 4, "0,5,6,7\n1,8,9,10\n"),
    ("id,v\n1,NA\n2,5\n3,6\n", ["id", "v"], 2, "1,NA\n2,5\n3,6\n"),
    ("id,v\n1,unknown\n2,5\n3,6\n4,7\n5,8\n", ["id", "v"], 2, "1,unknown\n2,5\n3,6\n4,7\n5,8\n"),
    ("n\nx\n7\n", ["n"], 1, "x\n7\n"),
    ("a\n1\n\n2\n", ["a"], 1, "1\n\n2\n"),
    // Preambles.
    ("\n\r\na,b\n\n1,2\n", ["a", "b"], 2, "\n1,2\n"),
    ("Report of 2020\n\nid,name,n\n1,x,5\n2,y,6\n", ["id", "name", "n"], 3, "1,x,5\n2,y,6\n"),
    ("Sales, 2020\nid,name,n\n1,x,5\n2,y,6\n", ["id", "name", "n"], 3, "1,x,5\n2,y,6\n"),
    ("Note: a, b, c, d\nid,name,n\n1,x,5\n2,y,6\n", ["id", "name", "n"], 3, "1,x,5\n2,y,6\n"),
    ("Note: made by hand, by many, at times\nid,name,n\n1,x,5\n2,y,6\n", ["id", "name", "n"], 3, "1,x,5\n2,y,6\n"),
    ("Population,,\n,,\nid,name,n\n1,x,5\n2,y,6\n", ["id", "name", "n"], 3, "1,x,5\n2,y,6\n"),
    ("# made by x\n# \"quoted\nid,n\n1,5\n2,6\n", ["id", "n"], 2, "1,5\n2,6\n"),
    ("##meta=1\n#id\tn\n1\t5\n2\t6\n", ["#id", "n"], 2, "1\t5\n2\t6\n"),
    ("# title\nname\nbob\nann\n", ["name"], 1, "bob\nann\n"),
    ("sep=;\na;b\n1;2\n", ["a", "b"], 2, "1;2\n"),
    ("Titel\n1;2\n3;4\n5;6\n", nil, 2, "1;2\n3;4\n5;6\n"),
    // Ragged tables.
    ("a,b,c\n1,2\n3,4\n5,6,7\n", ["a", "b", "c"], 3, "1,2\n3,4\n5,6,7\n"),
    ("a,b,c,d\n1,2,3\n4,5,6\n7,8,9,1\n1,2\n", ["a", "b", "c", "d"], 4, "1,2,3\n4,5,6\n7,8,9,1\n1,2\n"),
    ("a,b\n1,2,3\n4,5,6\n7,8\n9,1\n", ["a", "b"], 2, "1,2,3\n4,5,6\n7,8\n9,1\n"),
    // Row names, trailing delimiters.
    ("x,y\nr1,1,2\nr2,3,4\n", ["", "x", "y"], 3, "r1,1,2\nr2,3,4\n"),
    ("\"x\"\n\"r1\",1\n\"r2\",3\n", ["", "x"], 2, "\"r1\",1\n\"r2\",3\n"),
    ("x,y\n1,2,\n3,4,\n", ["x", "y"], 2, "1,2,\n3,4,\n"),
    ("x,y,\n1,2,\n3,4,\n", ["x", "y"], 2, "1,2,\n3,4,\n"),
    ("x,y,\n1,2,\n3,4,5\n", ["x", "y", ""], 3, "1,2,\n3,4,5\n"),
    ("x,y,\n", ["x", "y", ""], 3, ""),
    // Several rows.
    (
      "state,cases,,deaths,\n,new,all,new,all\nSP,1,2,3,4\nRJ,5,6,7,8\n",
      ["state", "cases_new", "cases_all", "deaths_new", "deaths_all"], 5, "SP,1,2,3,4\nRJ,5,6,7,8\n"
    ),
    (
      ",2019,,2020,\nstate,a,b,a,b\nSP,1,2,3,4\nRJ,5,6,7,8\n",
      ["state", "2019_a", "2019_b", "2020_a", "2020_b"], 5, "SP,1,2,3,4\nRJ,5,6,7,8\n"
    ),
    ("name,mass,size\n,kg,m\nx,1,2\ny,3,4\n", ["name", "mass_kg", "size_m"], 3, "x,1,2\ny,3,4\n"),
    ("id,a,a\nid,x,y\n1,5,6\n2,7,8\n", ["id", "a_x", "a_y"], 3, "1,5,6\n2,7,8\n"),
    // Nothing.
    ("", [], 0, ""), ("\n\r\n", [], 0, ""), ("\u{FEFF}", [], 0, ""), ("  \n", [], 0, ""),
  ]

  @Test(arguments: texts.indices) func table(index: Int) throws {
    let (text, names, width, data) = Self.texts[index]
    let found = try sniff(text)
    #expect(found.names == names, "\(text)")
    #expect(found.width == width, "\(text)")
    let start = text.utf8.count - data.utf8.count
    #expect(found.dataStart == start, "\(text)")
    let lines = text.utf8.prefix(start).count { $0 == 10 }
    #expect(found.linesBeforeData == lines, "\(text)")
    #expect(found.closeCalls.allSatisfy { $0 == "header" } && found.closeCalls.count <= (text.contains("2020") ? 1 : 0))
  }

  @Test func manyColumnsAreNotQuadratic() throws {
    let width = 20_000
    let header = (0..<width).map { "c\($0)" }.joined(separator: ",")
    let record = (0..<width).map { String($0) }.joined(separator: ",")
    let found = try sniff("\(header)\n\(record)\n\(record)\n")
    #expect(found.width == width && found.names?.last == "c19999" && found.dialect.headerRows == 1)
  }

  @Test func quotedFieldLongerThanTheSample() throws {
    let text = Array("id;note\n1;\"\(String(repeating: "x,y\n", count: 20_000))\";\n".utf8)
    #expect(try sniff(Array(text.prefix(65_536)), isWhole: false) == nil)
    let more = Array("id;note\n1;\"a\"\n2;\"\(String(repeating: "x,y\n", count: 20_000))\"\n".utf8)
    let found = try #require(try sniff(Array(more.prefix(65_536)), isWhole: false))
    #expect(found.summary == ";" && found.names == ["id", "note"])
  }
}
