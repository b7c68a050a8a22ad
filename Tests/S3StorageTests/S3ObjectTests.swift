// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import ObjectStorage
import Synchronization
import TestSupport
import Testing

@testable import S3Storage

@Suite struct S3ObjectTests {
  private static let content = testBytes(3_000_000)

  @Test(arguments: ["k.csv", "k.cln"], [0, 1, 4096, 4097, 262_144, 262_145, 3_000_000])
  func everyByteIsRight(_ key: String, _ byteCount: Int) throws {
    let content = Array(Self.content[..<byteCount])
    let fake = FakeS3()
    fake.set(key, content)
    try withStore(fake) { store in
      let object = try store.open("s3://b/\(key)")
      #expect(object.byteCount == byteCount)
      #expect(object.gainsFromAnnouncing)
      var random = RandomSource(seed: UInt64(byteCount))
      for _ in 0..<20 {
        let start = Int.random(in: 0...byteCount, using: &random)
        let end = min(byteCount, start + Int.random(in: 0...400_000, using: &random))
        #expect(try bytes(of: object, start..<end) == Array(content[start..<end]))
      }
      #expect(try bytes(of: object) == content)
    }
  }

  /// A plain object is opened by one request, a chunk file by two; what they bring is not asked for again.
  @Test func openingTakesOneRoundTrip() throws {
    let fake = FakeS3()
    fake.set("k.csv", Self.content)
    fake.set("k.cln", Self.content)
    try withStore(fake) { store in
      let plain = try store.open("s3://b/k.csv")
      _ = try bytes(of: plain, 0..<262_144)
      #expect(fake.log == ["get"])
      let chunks = try store.open("s3://b/k.cln")
      _ = try bytes(of: chunks, 2_737_856..<3_000_000)
      _ = try bytes(of: chunks, 0..<4096)
      #expect(fake.log == ["get", "get", "get"])
      chunks.willRead([0..<4096, 2_900_000..<3_000_000])
      _ = try bytes(of: chunks, 2_900_000..<3_000_000)
      #expect(fake.log.count == 3)
    }
  }

  @Test func announcedRangesAreFetchedOnce() throws {
    let fake = FakeS3()
    fake.set("k.csv", Self.content)
    try withStore(fake) { store in
      let object = try store.open("s3://b/k.csv")
      let ranges = [300_000..<500_000, 1_000_000..<1_200_000, 1_210_000..<1_300_000, 200_000..<290_000]
      object.willRead(ranges)
      for range in ranges { #expect(try bytes(of: object, range) == Array(Self.content[range])) }
      // The first one, and neighbours as one each.
      #expect(fake.log.count == 3)
    }
  }

  @Test(arguments: ["k.csv", "k.cln"]) func anotherStateIsNeverRead(_ key: String) throws {
    let fake = FakeS3()
    fake.set(key, Self.content)
    try withStore(fake) { store in
      let direct = try store.open("s3://b/\(key)")
      let announced = try store.open("s3://b/\(key)")
      // The same size, as that would not show.
      fake.set(key, Self.content.reversed())
      announced.willRead([1_000_000..<1_100_000])
      for object in [direct, announced] {
        let error = diagnosis { try bytes(of: object, 1_000_000..<1_100_000) }
        #expect(error?.code == "storage.changed")
        #expect(error?.place.file == "s3://b/\(key)")
        #expect(error?.place.byteOffset == 1_000_000)
      }
      try store.delete("s3://b/\(key)")
      #expect(diagnosis { try bytes(of: direct, 1_500_000..<1_500_001) }?.code == "storage.changed")
    }
  }

  /// Between the first and the second request.
  @Test func aChunkFileReplacedWhileItIsOpenedIsOpenedAnew() throws {
    let count = Count()
    let isReplaced = Gate()
    let fake = FakeS3 { fake, request in
      guard count.next() == 0 else {
        isReplaced.wait()
        return nil
      }
      defer { isReplaced.open() }
      let answer = fake.carryOut(request)
      fake.set("k.cln", Array(Self.content.reversed()))
      return answer
    }
    fake.set("k.cln", Self.content)
    try withStore(fake) { store in
      let object = try store.open("s3://b/k.cln")
      #expect(try bytes(of: object) == Self.content.reversed())
    }
  }

  @Test func anObjectThatChangesAllTheTimeIsAnError() throws {
    let turn = Mutex(())
    let fake = FakeS3 { fake, request in
      turn.withLock { _ in
        defer { fake.set("k.cln", Self.content) }
        return fake.carryOut(request)
      }
    }
    fake.set("k.cln", Self.content)
    try withStore(fake) { store in #expect(diagnosis { try store.open("s3://b/k.cln") }?.code == "storage.changed") }
  }

  /// Some servers do not know `Range`: what they send is the whole object, from its start.
  @Test func aServerThatIgnoresRangesDoesNotGiveWrongBytes() throws {
    let fake = FakeS3 { fake, request in
      var whole = request
      whole.headers["range"] = nil
      return fake.carryOut(whole)
    }
    fake.set("k.csv", Self.content)
    fake.set("k.cln", Self.content)
    try withStore(fake) { (store) throws in
      for path in ["s3://b/k.csv", "s3://b/k.cln"] {
        // All of it comes on opening: then no range is needed.
        #expect(try bytes(of: try store.open(path)) == Self.content)
      }
    }
  }

  @Test func otherBytesThanAskedForAreRefused() throws {
    let count = Count()
    let fake = FakeS3 { fake, request in
      guard count.next() > 0 else { return nil }
      var other = request
      other.headers["range"] = "bytes=0-99999"
      return fake.carryOut(other)
    }
    fake.set("k.csv", Self.content)
    try withStore(fake) { store in
      let object = try store.open("s3://b/k.csv")
      let error = diagnosis { try bytes(of: object, 1_000_000..<1_100_000) }
      #expect(error?.code == "s3.bad-answer")
      #expect(error?.place.byteOffset == 1_000_000)
    }
  }

  /// A range in the middle that is answered by the whole object.
  @Test func moreBytesThanAskedForAreRefused() throws {
    let count = Count()
    let fake = FakeS3 { fake, request in
      guard count.next() > 0 else { return nil }
      var whole = request
      whole.headers["range"] = nil
      return fake.carryOut(whole)
    }
    fake.set("k.csv", Self.content)
    try withStore(fake) { store in
      let object = try store.open("s3://b/k.csv")
      let error = diagnosis { try bytes(of: object, 1_000_000..<1_100_000) }
      #expect(error?.code == "s3.bad-answer")
    }
  }

  @Test func answersWithoutTagOrRangeAreRefused() throws {
    for (range, code) in [
      (nil, "s3.bad-answer"), ("bytes 0-2/*", "s3.bad-answer"), ("bytes 0-2", "s3.bad-answer"),
      // That may be another answer when it is asked for again.
      ("bytes 0-3/9", "s3.unreachable"),
    ] as [(String?, String)] {
      let headers = [("ETag", "\"a\"")] + (range.map { [("Content-Range", $0)] } ?? [])
      let fake = FakeS3 { _, _ in ServedAnswer(206, headers: headers, text: "abc") }
      try withStore(fake, attempts: 2) { store in #expect(diagnosis { try store.open("s3://b/k.csv") }?.code == code) }
    }
    let fake = FakeS3 { _, _ in ServedAnswer(200, text: "abc") }
    try withStore(fake) { store in #expect(diagnosis { try store.open("s3://b/k.csv") }?.code == "s3.bad-answer") }
  }

  @Test func whatIsMissingIsNamedWithWhatIsThere() throws {
    let fake = FakeS3()
    fake.set("dir/cities.csv", [1])
    fake.set("dir/sub/x.csv", [1])
    try withStore(fake) { store in
      let near = diagnosis { try store.open("s3://b/dir/citeis.csv") }
      #expect(near?.code == "storage.not-found")
      #expect(near?.advice == "did you mean s3://b/dir/cities.csv?")
      #expect(diagnosis { try store.open("s3://b/dir/sub") }?.advice == "for the objects in it write s3://b/dir/sub/")
      #expect(diagnosis { try store.open("s3://b/dir/") }?.code == "storage.is-folder")
      #expect(diagnosis { try store.open("s3://b") }?.code == "storage.is-folder")
      #expect(diagnosis { try store.create("s3://b/dir/") }?.code == "storage.is-folder")
    }
    let deep = FakeS3()
    deep.set("a/long/folder/of/many/letters/cities.csv", [1])
    try withStore(deep) { store in
      #expect(diagnosis { try store.open("s3://b/a/long/folder/of/many/letters/other.txt") }?.advice == nil)
    }
    // Not allowed to list: the object is missing all the same.
    let closed = FakeS3 { _, request in FakeS3.purpose(request) == "list" ? FakeS3.error(403, "AccessDenied") : nil }
    try withStore(closed) { store in
      let error = diagnosis { try store.open("s3://b/k.csv") }
      #expect(error?.code == "storage.not-found")
      #expect(error?.advice == nil)
    }
    let none = FakeS3 { _, _ in FakeS3.error(404, "NoSuchBucket") }
    try withStore(none) { store in
      #expect(diagnosis { try store.open("s3://b/k.csv") }?.code == "s3.no-bucket")
      #expect(diagnosis { try store.list("s3://b/") }?.code == "s3.no-bucket")
    }
  }
}
