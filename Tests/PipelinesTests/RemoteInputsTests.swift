// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import TestSupport
import Testing

@testable import Pipelines

#if S3
  @testable import S3Storage
#endif

@Suite struct PatternTests {
  @Test(arguments: [
    ("s3://b/d/*.csv", "s3://b/d/x.csv", true), ("s3://b/d/*.csv", "s3://b/d/sub/x.csv", false),
    ("s3://b/d/*.csv", "s3://b/d/.csv", true), ("s3://b/*/x.csv", "s3://b/d/x.csv", true),
    ("s3://b/*/x.csv", "s3://b/x.csv", false), ("s3://b/d/??.csv", "s3://b/d/ab.csv", true),
    ("s3://b/d/??.csv", "s3://b/d/a.csv", false), ("s3://b/d?x", "s3://b/d/x", false),
    ("s3://b/[ab].csv", "s3://b/b.csv", true),
    ("s3://b/[!ab].csv", "s3://b/b.csv", false), ("s3://b/[a-c]x", "s3://b/bx", true),
    ("s3://b/[/]x", "s3://b//x", false),
    ("s3://b/a[b", "s3://b/a[b", true), ("s3://b/X", "s3://b/x", false), ("s3://b/a", "s3://b/ab", false),
    ("s3://b/*", "s3://b/\u{E9}\u{6570}", true), ("s3://b/20*-*.cln", "s3://b/2024-01.cln", true),
  ])
  func wildcardsStandForAllButSlashes(_ pattern: String, _ text: String, _ isMatch: Bool) {
    #expect(matches(text, pattern: pattern) == isMatch, "\(pattern) \(text)")
  }
}

@Suite struct RemoteOutputTests {
  private func code(_ outputs: [String], _ inputs: [String]) -> String? {
    do {
      try refuseOverwriting(outputs: outputs, inputs: inputs)
      return nil
    } catch { return (error as? any Diagnosis)?.code }
  }

  /// All names are tables', so that no service is asked.
  @Test func objectsMayNotReplaceInputsOrOneAnother() {
    #expect(code(["s3://b/x.csv"], ["s3://b/x.csv"]) == "output.is-input")
    #expect(code(["s3://b/y.csv", "s3://b/x.csv"], ["-", "s3://b/x.csv"]) == "output.is-input")
    #expect(code(["s3://b/x.cln"], ["s3://b/x.csv"]) == nil)
    #expect(code(["s3://b/x.csv"], ["s3://c/x.csv"]) == nil)
    #expect(code(["s3://b//x.csv"], ["s3://b/x.csv"]) == nil)
    #expect(code(["s3://b/x.csv", "s3://b/x.csv"], ["-"]) == "output.named-twice")
    #expect(code(["s3://b/x.csv", "s3://b/X.csv"], ["-"]) == nil)
  }
}

#if S3
  @Suite struct RemoteInputsTests {
    private static let keys = [
      "d/a.csv", "d/b.cln", "d/c.csv.gz", "d/notes.md", "d/sub/e.csv", "d/x[1].csv", "empty/notes.md", "one.cln/x.csv",
      "top.tsv",
    ]

    /// Inputs as they are expanded, where a service has the keys above.
    private func expanded(_ arguments: [String], onlyChunkFiles: Bool = false) throws -> [String] {
      try HTTPTestServer.serving({ Self.answer($0) }) { server in
        let surroundings = AWSSurroundings(
          environment: ["AWS_ENDPOINT_URL": server.url, "COLONNADE_S3_ANONYMOUS": "1"], homeFolder: nil,
          readFile: { _ in nil }, run: { _, _ in (1, []) }, now: { 0 }, pause: { _ in })
        let store = S3Store { try S3Client(surroundings, traffic: $0) }
        return try RemoteStores.$s3.withValue(store) {
          try expandInputs(arguments, onlyChunkFiles: onlyChunkFiles)
        }
      }
    }

    /// Keys of the list need no encoding in XML.
    private static func answer(_ request: ServedRequest) -> ServedAnswer {
      guard let prefix = request.query("prefix").flatMap({ percentDecoded($0) }) else {
        let key = percentDecoded(request.path)?.dropFirst("/b/".count) ?? ""
        return keys.contains(String(key)) ? ServedAnswer(200, headers: [("ETag", "t")]) : ServedAnswer(404)
      }
      let isFlat = request.query("delimiter") != nil
      var shown = ""
      for key in keys where key.hasPrefix(prefix) {
        let rest = key.dropFirst(prefix.count)
        if isFlat, let slash = rest.firstIndex(of: "/") {
          shown += "<CommonPrefixes><Prefix>\(prefix)\(rest[...slash])</Prefix></CommonPrefixes>"
        } else {
          shown += "<Contents><Key>\(key)</Key></Contents>"
        }
      }
      return ServedAnswer(200, text: "<ListBucketResult>\(shown)</ListBucketResult>")
    }

    @Test func foldersStandForTheTablesInThem() throws {
      let tables = ["s3://b/d/a.csv", "s3://b/d/b.cln", "s3://b/d/c.csv.gz", "s3://b/d/x[1].csv"]
      #expect(try expanded(["s3://b/d/"]) == tables)
      #expect(try expanded(["s3://b/d"]) == tables)
      #expect(try expanded(["s3://b/d"], onlyChunkFiles: true) == ["s3://b/d/b.cln"])
      #expect(try expanded(["s3://b"]) == ["s3://b/top.tsv"])
      #expect(try expanded(["s3://b/", "-", "s3://b/d/sub/"]) == ["s3://b/top.tsv", "-", "s3://b/d/sub/e.csv"])
    }

    @Test func otherNamesStandForThemselves() throws {
      // One of a table's is not looked up.
      for path in ["s3://b/none.csv", "s3://b/one.cln", "s3://b/none", "s3://b/d/notes.md"] {
        #expect(try expanded([path]) == [path])
      }
      #expect(try expanded(["s3://b/one.cln/"]) == ["s3://b/one.cln/x.csv"])
    }

    @Test func patternsStandForWhatTheyMatch() throws {
      #expect(try expanded(["s3://b/d/*.csv"]) == ["s3://b/d/a.csv", "s3://b/d/x[1].csv"])
      #expect(try expanded(["s3://b/*/*/e.csv"]) == ["s3://b/d/sub/e.csv"])
      #expect(try expanded(["s3://b/d/*.md"]) == ["s3://b/d/notes.md"])
      // An object of just that name comes first.
      #expect(try expanded(["s3://b/d/x[1].csv"]) == ["s3://b/d/x[1].csv"])
    }

    @Test(arguments: [
      ("s3://b/empty/", "input.empty-folder"), ("s3://b/d/*.none", "input.no-match"),
      ("s3://b/*/e*", "input.no-match"), ("s3://b/none/", "storage.not-found"), ("s3://b*/x.csv", "storage.bad-name"),
    ])
    func nothingIsAnError(_ argument: String, _ code: String) {
      do {
        let paths = try expanded([argument])
        Issue.record("\(paths)")
      } catch { #expect((error as? any Diagnosis)?.code == code) }
    }
  }
#endif
