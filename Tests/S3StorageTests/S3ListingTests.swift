// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import ObjectStorage
import TestSupport
import Testing

@testable import S3Storage

@Suite struct S3ListingTests {
  private static let keys = [
    "a", "d/+", "d/ ", "d/%", "d/%2B", "d/&<>\"'", "d/1", "d/10", "d/9", "d/B", "d/b", "d/é", "d/e\u{301}", "d/\u{301}",
    "d/\u{1}",
    "d/sub/x", "d/sub/y", "d/sub2/z", "d/数", "d/😀", "d2/x", "e",
  ]

  private func store<R>(pageSize: Int, _ body: (S3Store, FakeS3) throws -> R) throws -> R {
    let fake = FakeS3(pageSize: pageSize)
    for key in Self.keys { fake.set(key, [1]) }
    return try withStore(fake) { try body($0, fake) }
  }

  private func bytes(_ paths: [String]) -> [[UInt8]] { paths.map { Array($0.utf8) } }
  private func expected(_ isIn: (String) -> Bool) -> [[UInt8]] {
    bytes(Self.keys.filter(isIn).map { "s3://b/" + $0 }).sorted { $0.lexicographicallyPrecedes($1) }
  }

  @Test(arguments: [1, 2, 3, 7, 1000]) func pagesAreOneList(_ pageSize: Int) throws {
    try store(pageSize: pageSize) { (store, _) throws in
      let flat = expected { $0.utf8.starts(with: "d/".utf8) && !$0.utf8.dropFirst(2).contains(UInt8(ascii: "/")) }
      #expect(bytes(try store.list("s3://b/d")) == flat)
      #expect(bytes(try store.list("s3://b/d/")) == flat)
      #expect(bytes(try store.list("s3://b")) == bytes(["s3://b/a", "s3://b/e"]))
      #expect(bytes(try store.list(startingWith: "s3://b/d")) == expected { $0.utf8.starts(with: "d".utf8) })
      #expect(bytes(try store.list(startingWith: "s3://b/d/sub")) == expected { $0.utf8.starts(with: "d/sub".utf8) })
      #expect(try store.list(startingWith: "s3://b/nothing") == [])
    }
  }

  @Test func foldersAreKeysWithASlashAfterThem() throws {
    try store(pageSize: 1000) { (store, fake) throws in
      #expect(try store.isFolder("s3://b/d"))
      #expect(try store.isFolder("s3://b/d/sub"))
      #expect(try !store.isFolder("s3://b/a"))
      #expect(try !store.isFolder("s3://b/d/su"))
      #expect(try !store.isFolder("s3://b/nothing"))
      fake.set("d", [1])
      #expect(try !store.isFolder("s3://b/d"))
      #expect(diagnosis { try store.list("s3://b/nothing") }?.code == "storage.not-found")
      // As a console makes one.
      fake.set("made/", [])
      #expect(try store.list("s3://b/made") == [])
    }
  }

  private func list(_ pages: [String]) throws -> (keys: [String], folders: [String]) {
    let answers = ServedAnswers(pages.map { ServedAnswer(200, text: $0) })
    return try withClient({ answers.next($0) }) { client, _ in
      try client.list(S3Location(bucket: "b", key: ""), name: "s3://b/", isFlat: true)
    }
  }

  /// Where the answer does not say that keys are encoded, they are not.
  @Test func plainKeysAreTakenAsTheyAre() throws {
    let found = try list(["<ListBucketResult><Contents><Key>a+b%20c &amp; d</Key></Contents></ListBucketResult>"])
    #expect(found.keys == ["a+b%20c & d"])
  }

  @Test(arguments: [
    "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>",
    "<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken></ListBucketResult>",
    "", "no XML", "<ListBucketResult>", "<ListBucketResult><Contents></Contents></ListBucketResult>",
    "<ListBucketResult><EncodingType>url</EncodingType><Contents><Key>%FF</Key></Contents></ListBucketResult>",
  ])
  func listsThatMakeNoSenseAreErrors(_ page: String) {
    #expect(diagnosis { try list([page]) }?.code == "s3.bad-answer")
  }

  @Test func unfinishedUploadsAreFound() throws {
    @Sendable func page(_ uploads: [(String, String)], next: (String, String)?) -> ServedAnswer {
      let shown = uploads.map {
        "<Upload><Key>\($0.0)</Key><UploadId>\($0.1)</UploadId><Initiated>2026-01-01T00:00:00.000Z</Initiated></Upload>"
      }
      let more = next.map { "<NextKeyMarker>\($0.0)</NextKeyMarker><NextUploadIdMarker>\($0.1)</NextUploadIdMarker>" }
      return ServedAnswer(
        200,
        text: "<ListMultipartUploadsResult><EncodingType>url</EncodingType><IsTruncated>\(next != nil)</IsTruncated>"
          + (more ?? "") + shown.joined() + "</ListMultipartUploadsResult>")
    }
    let answers = ServedAnswers([
      page([("p/a%20b", "1"), ("p/a+b", "2")], next: ("p/a+b", "2")), page([("other", "3"), ("p/c", "4")], next: nil),
    ])
    try withClient({ answers.next($0) }) { client, server in
      let found = try client.unfinishedUploads(S3Location(bucket: "b", key: "p/"), name: "s3://b/p/")
      #expect(found.map(\.key) == ["p/a b", "p/a b", "p/c"])
      #expect(found.map(\.id) == ["1", "2", "4"])
      #expect(found.first?.initiated == "2026-01-01T00:00:00.000Z")
      let second = try #require(server.requests.last)
      #expect(second.query("key-marker") == "p%2Fa%20b")
      #expect(second.query("upload-id-marker") == "2")
      #expect(second.query("prefix") == "p%2F")
    }
    // A service that says for ever that there is more.
    try withClient({ _ in page([("p/a", "1")], next: ("p/a", "1")) }) { client, server in
      let error = diagnosis { try client.unfinishedUploads(S3Location(bucket: "b", key: "p/"), name: "s3://b/p/") }
      #expect(error?.code == "s3.bad-answer")
      #expect(server.requests.count == 2)
    }
  }
}
