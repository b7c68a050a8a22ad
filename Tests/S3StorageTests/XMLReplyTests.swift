// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import S3Storage

@Suite struct XMLReplyTests {
  private func parse(_ text: String) throws -> XMLNode { try XMLNode.parse(Array(text.utf8)) }

  @Test func aListOfObjectsAsServersSendIt() throws {
    let reply = try parse(
      """
      \u{FEFF}<?xml version="1.0" encoding="UTF-8"?>
      <!-- a comment -->
      <s3:ListBucketResult xmlns:s3="http://s3.amazonaws.com/doc/2006-03-01/" a='>'>
        <s3:Name>b</s3:Name><s3:Prefix/>
        <s3:Contents><s3:Key> a&amp;b &lt;1&gt; &#228;&#x20AC;&#xd; </s3:Key><s3:Size>5</s3:Size></s3:Contents>
        <s3:Contents><s3:Key><![CDATA[x]] <&amp;>]]></s3:Key><s3:Size >7</s3:Size ></s3:Contents>
      </s3:ListBucketResult>

      """)
    #expect(reply.name == "ListBucketResult" && reply.text == "")
    #expect(reply["Name"] == "b" && reply["Prefix"] == "" && reply["Missing"] == nil)
    #expect(reply.all("Contents").map { $0["Key"] } == [" a&b <1> ä€\r ", "x]] <&amp;>"])
    #expect(reply["Contents", "Size"] == "5" && reply["Contents", "Size", "x"] == nil)
    #expect(reply.first("Contents")?.children.count == 2)
  }

  @Test func lineEndsBecomeOneAndBlankTextOfALeafStays() throws {
    #expect(try parse("<a> \r\n \r </a>").text == " \n \n ")
    #expect(try parse("<a>x<b/>y</a>").text == "xy")
    #expect(try parse("<a>]]</a>").text == "]]")
  }

  @Test(
    arguments: [
      ("", 0), ("  ", 2), ("<a>", 3), ("<a", 2), ("<a></b>", 3), ("<a/><b/>", 4), ("x<a/>", 0), ("<a/>x", 4),
      ("<a/>&amp;", 4),
      ("<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>", 0), ("<a>&x;</a>", 3), ("<a>&amp</a>", 3), ("<a>&#0;</a>", 3),
      ("<a>&#xD800;</a>", 3), ("<a>&#+65;</a>", 3), ("<a>&#x110000;</a>", 3), ("<a>]]></a>", 3),
      ("<a><!-- -- --></a>", 8),
      ("<a b=c/>", 5), ("<a b/>", 4), ("<a b='1'c='2'/>", 8), ("<a b='<'/>", 6), ("<1/>", 1), ("< a/>", 1),
      ("<![CDATA[x]]><a/>", 0),
      ("<a><![CDATA[x</a>", 3), ("<?xml version='1.0' encoding='UTF-16'?><a/>", 0), ("<a></a", 6), ("</a>", 0),
    ] as [(String, Int)])
  func whatIsNotWellFormedIsRefused(text: String, byteOffset: Int) {
    let fault = #expect(throws: XMLFault.self) { try parse(text) }
    #expect(fault?.byteOffset == byteOffset, "\(text): \(fault?.reason ?? "-")")
  }

  @Test func depthIsBounded() throws {
    func nested(_ depth: Int) -> String {
      String(repeating: "<a>", count: depth) + String(repeating: "</a>", count: depth)
    }
    #expect(try parse(nested(32)).name == "a")
    #expect(throws: XMLFault.self) { try parse(nested(33)) }
  }

  @Test func invalidUTF8IsRefused() {
    #expect(throws: XMLFault.self) { try XMLNode.parse(Array("<a>".utf8) + [0xFF] + Array("</a>".utf8)) }
    #expect(throws: XMLFault.self) { try XMLNode.parse([0x3C, 0xC3, 0x2F, 0x3E]) }
  }

  /// Any cut is refused, damage never traps, and no fault repeats what the reply says.
  @Test func cutsAndDamageNeverTrapAndNeverQuote() throws {
    let whole = Array(
      #"<?xml version="1.0"?><R x="1"><C><!--s--><T>SECRET&amp;&#x41;</T><![CDATA[SECRET]]></C><E/></R>"#.utf8)
    _ = try XMLNode.parse(whole)
    for cut in 0..<whole.count { #expect(throws: XMLFault.self) { try XMLNode.parse(Array(whole[..<cut])) } }
    var random = RandomSource(seed: 7)
    let marks = Array("<>/!?[]-&;#x'\"= a\u{0}".utf8)
    for _ in 0..<20_000 {
      var damaged = whole
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        damaged[Int.random(in: 0..<damaged.count, using: &random)] = marks.randomElement(using: &random) ?? 0
      }
      do { _ = try XMLNode.parse(damaged) } catch {
        #expect(!"\(error)".contains("SECRET"))
        #expect((0...damaged.count).contains(error.byteOffset))
      }
    }
  }
}
