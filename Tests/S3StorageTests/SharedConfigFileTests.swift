// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import S3Storage

@Suite struct SharedConfigFileTests {
  private func parse(_ text: String) throws -> [ConfigSection] {
    try SharedConfigFile(Array(text.utf8), path: "config").sections
  }

  @Test func namesValuesCommentsAndNesting() throws {
    let sections = try parse(
      """
      # region = no
      [default] ; not a part of it
      Region: eu-west-1
        ; indented comment
      KEY=a=b:c # a part of the value
      s3 =
        addressing_style = path

        max_Bandwidth=5MB/s
      long = one
        two
      empty =

      [profile "x y"]
      \tk = v
      """)
    #expect(sections.map(\.heading) == ["default", "profile \"x y\""])
    let settings = sections[0].settings
    #expect(settings["region"]?.value == "eu-west-1" && settings["region"]?.place.line == 3)
    #expect(settings["key"]?.value == "a=b:c # a part of the value")
    #expect(settings["s3"]?.nested?.mapValues(\.value) == ["addressing_style": "path", "max_Bandwidth": "5MB/s"])
    #expect(settings["s3"]?.nested?["max_Bandwidth"]?.place.line == 9)
    #expect(settings["long"]?.value == "one\ntwo" && settings["long"]?.nested == nil)
    #expect(settings["empty"]?.value == "" && settings["empty"]?.nested == nil)
    #expect(sections[1].settings["k"]?.value == "v" && sections[1].place.line == 14)
  }

  @Test(
    arguments: [
      ("a = b", 1), ("[x]\nnothing", 2), ("[x]\n= v", 2), ("[x]\na = 1\nA = 2", 3), ("[x]\n[y]\n[x]", 3),
      ("[x]\ns3 =\n  a = 1\n  SECRET", 4), ("[]\n", 1),
    ] as [(String, Int)])
  func faultsHaveTheirLine(text: String, line: Int) {
    let error = #expect(throws: S3CredentialError.self) { try parse(text) }
    #expect(error?.kind == .badConfigFile && error?.place.line == line && error?.place.file == "config", "\(text)")
  }

  @Test func bytesThatAreNotUTF8AreRefusedByLine() {
    let bytes = Array("[x]\na = 1\nb = ".utf8) + [0xFF, 0x0A]
    let error = #expect(throws: S3CredentialError.self) { try SharedConfigFile(bytes, path: "config") }
    #expect(error?.kind == .badConfigFile && error?.place.line == 3)
  }

  /// Damaged files give sections or an error with a line that exists; never a trap, never what they hold.
  @Test func damageNeverTrapsAndNeverQuotes() throws {
    let whole = Array(
      "[default]\naws_secret_access_key = SECRET/x=\ns3 =\n  a = SECRET\n[profile b]\nk = SECRET\n  SECRET=\n".utf8)
    _ = try SharedConfigFile(whole, path: "config")
    var random = RandomSource(seed: 11)
    let marks = Array("[]=:#;\n\r\t \"\\\u{0}a".utf8) + [0xFF]
    for _ in 0..<10_000 {
      var damaged = whole
      for _ in 0..<Int.random(in: 1...5, using: &random) {
        damaged[Int.random(in: 0..<damaged.count, using: &random)] = marks.randomElement(using: &random) ?? 0
      }
      do { _ = try SharedConfigFile(damaged, path: "config") } catch {
        #expect(!shownText(of: error).contains("SECRET"))
        #expect((1...(damaged.count { $0 == 0x0A } + 1)).contains(error.place.line ?? 0))
      }
    }
  }
}

@Suite struct SmallParserTests {
  @Test func wordsOfACommand() {
    #expect(
      shellWords("a  'b c' \"d \\\" \\x \\\\\"e \\  ''\t$X|y\n") == ["a", "b c", "d \" \\x \\e", " ", "", "$X|y"])
    #expect(shellWords("") == [] && shellWords("  ") == [])
    for text in ["'a", "\"a", "a\\", "\"a\\"] { #expect(shellWords(text) == nil, "\(text)") }
    #expect(shellWords("'\u{301}é'") == ["\u{301}é"])
  }

  @Test(
    arguments: [
      ("1970-01-01T00:00:00Z", 0), ("2026-01-01T00:00:00Z", testTime), ("2000-02-29T12:00:00+00:00", 951_825_600),
      ("2024-12-31T23:59:59.5Z", 1_735_689_599.5), ("2026-01-01T02:30:00+02:30", testTime),
      ("2025-12-31T19:00:00-0500", testTime),
      ("2026-01-01t00:00:00z", testTime), ("1969-12-31T23:59:59Z", -1),
    ] as [(String, Double)])
  func times(text: String, seconds: Double) { #expect(secondsSince1970(ofTimestamp: text) == seconds) }

  @Test(arguments: [
    "", "2026", "2026-01-01", "2026-01-01T00:00:00", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z",
    "2026-01-32T00:00:00Z",
    "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00Z ",
    "2026-01-01T00:00:00+1",
    "+026-01-01T00:00:00Z", "２026-01-01T00:00:00Z",
  ])
  func whatIsNoTime(text: String) { #expect(secondsSince1970(ofTimestamp: text) == nil) }

  @Test func replies() throws {
    func read(_ text: String) -> Result<Credentials, CredentialReply.Lack>? {
      CredentialReply(Array(text.utf8))?.credentials(origin: "x")
    }
    let found = try #require(
      try read(
        #"{"AccessKeyId":"a\u0041","SecretAccessKey":"s","SessionToken":"t","Expiration":"2026-01-01T00:00:00Z","x":[{}]}"#
      )?.get())
    #expect(found == Credentials(accessKey: "aA", secretKey: "s", sessionToken: "t", expiry: testTime, origin: "x"))
    #expect(read(#"{"AccessKeyId":"","SecretAccessKey":"s"}"#) == .failure(.init(what: "AccessKeyId")))
    #expect(read(#"{"AccessKeyId":"a"}"#) == .failure(.init(what: "SecretAccessKey")))
    #expect(
      read(#"{"AccessKeyId":"a","SecretAccessKey":"s","Expiration":"soon"}"#)
        == .failure(.init(what: "a readable Expiration")))
    for text in [
      "", "[]", "{", "null", #"{"AccessKeyId":1}"#, #"{"AccessKeyId":"a"} x"#, "{\"AccessKeyId\":\"\u{0}\"}",
    ] {
      #expect(read(text) == nil, "\(text)")
    }
  }

  @Test func programsRunWithoutAShell() throws {
    let environment = ["PATH": "/usr/bin:/bin", "GIVEN": "yes"]
    let told = try runProgram(
      ["sh", "-c", "echo \"$GIVEN $HOME $0\"; cat; echo hidden >&2; exit 3", "a b"], environment: environment)
    #expect(told.status == 3 && String(decoding: told.output, as: UTF8.self) == "yes  a b\n")
    #expect(
      try runProgram(["echo", "$GIVEN", ";", "*"], environment: environment).output == Array("$GIVEN ; *\n".utf8))
    #expect(try runProgram(["sh", "-c", "kill -9 $$"], environment: environment).status == 137)
    #expect(throws: SurroundingsFault.self) { try runProgram(["/missing/program"], environment: environment) }
    #expect(throws: SurroundingsFault.self) { try runProgram(["cat", "/dev/zero"], environment: environment) }
  }

  @Test func whatServersSayIsMadeFit() {
    #expect(quotable("a SECRET+1 b SECRET%2B1\n", without: ["SECRET+1", nil, ""]) == "a (hidden) b (hidden) ")
    #expect(quotable(String(repeating: "x", count: 400), without: []).count == 301)
  }
}
