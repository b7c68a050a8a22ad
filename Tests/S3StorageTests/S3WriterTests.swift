// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import ObjectStorage
import TestSupport
import Testing

@testable import S3Storage

@Suite struct S3WriterTests {
  private static let partByteCount = 8 << 20
  private static let content = testBytes(3 * partByteCount + 5)
  private let path = "s3://b/folder/k.bin"

  private func put(_ content: [UInt8], _ store: S3Store, _ options: WriteOptions = WriteOptions()) throws {
    let writer = try store.create(path, options)
    try write(content, to: writer)
    try writer.publish()
  }

  @Test(arguments: [0, 1, partByteCount]) func whatFitsInOnePartIsPut(_ byteCount: Int) throws {
    let fake = FakeS3()
    try withStore(fake) { try put(Array(Self.content[..<byteCount]), $0) }
    #expect(fake["folder/k.bin"] == Array(Self.content[..<byteCount]))
    #expect(fake.log == ["put"])
  }

  @Test(arguments: [partByteCount + 1, 2 * partByteCount, 3 * partByteCount + 5])
  func whatIsLargerGoesInParts(_ byteCount: Int) throws {
    let content = Array(Self.content[..<byteCount])
    let fake = FakeS3()
    try withStore(fake) { store in
      let writer = try store.create(path)
      for start in stride(from: 0, to: byteCount, by: 3_333_333) {
        try write(Array(content[start..<min(start + 3_333_333, byteCount)]), to: writer)
        #expect(fake["folder/k.bin"] == nil)
      }
      #expect(fake.log.first == "begin")
      try writer.publish()
      writer.discard()
    }
    #expect(fake["folder/k.bin"] == content)
    #expect(fake.uploadCount == 0)
    let parts = (byteCount + Self.partByteCount - 1) / Self.partByteCount
    #expect(fake.log.sorted() == (["begin", "complete"] + (1...parts).map { "part \($0)" }).sorted())
    #expect(fake.log.last == "complete")
  }

  @Test func encryptionAndDigestsTravelAlong() throws {
    let fake = FakeS3()
    try HTTPTestServer.serving({ fake.serve($0) }) { server in
      let store = S3Store { try testClient(of: server, traffic: $0) }
      let options = WriteOptions(encryption: "aws:kms", encryptionKey: "key-1")
      try put([1, 2, 3], store, options)
      try put(Array(Self.content[..<(Self.partByteCount + 1)]), store, options)
      for request in server.requests {
        let isFirst = ["put", "begin"].contains(FakeS3.purpose(request))
        #expect(request.headers["x-amz-server-side-encryption"] == (isFirst ? "aws:kms" : nil))
        #expect(request.headers["x-amz-server-side-encryption-aws-kms-key-id"] == (isFirst ? "key-1" : nil))
        #expect(request.headers["if-none-match"] == nil)
        if request.method == "PUT" {
          #expect(request.headers["content-md5"]?.isEmpty == false)
          #expect(request.headers["x-amz-checksum-sha256"]?.isEmpty == false)
        }
      }
      let tokens = Set(server.requests.compactMap { $0.headers[S3Upload.tokenHeader] })
      #expect(tokens.count == 2 && tokens.allSatisfy { $0.utf8.count == 32 })
      #expect(store.traffic.sentByteCount > Self.partByteCount + 4)
    }
  }

  /// Part 2 is refused: the upload is aborted, and what was there stays.
  @Test(arguments: [true, false]) func aFailedPartAbortsTheUpload(_ publishes: Bool) throws {
    let fake = FakeS3 { _, request in
      FakeS3.purpose(request) == "part 2" ? FakeS3.error(403, "AccessDenied") : nil
    }
    fake.set("folder/k.bin", [1])
    try withStore(fake) { store in
      let writer = try store.create(path)
      let error = diagnosis {
        try write(Self.content, to: writer)
        if publishes { try writer.publish() }
        try write(Self.content, to: writer)
      }
      #expect(error?.code == "s3.access-denied")
      #expect(error?.advice?.contains("s3:PutObject on arn:aws:s3:::b/folder/k.bin") == true)
      writer.discard()
      writer.discard()
    }
    #expect(fake["folder/k.bin"] == [1])
    #expect(fake.uploadCount == 0)
    #expect(fake.log.filter { $0 == "abort" }.count == 1)
    #expect(!fake.log.contains("complete"))
  }

  @Test func whatIsDiscardedOrLetGoIsAborted() throws {
    let fake = FakeS3()
    try withStore(fake) { store in
      do {
        let writer = try store.create(path)
        try write(Self.content, to: writer)
        #expect(fake.uploadCount == 1)
      }
      #expect(fake.uploadCount == 0)
      let writer = try store.create(path)
      try write(Self.content, to: writer)
      writer.discard()
      #expect(fake.uploadCount == 0)
      #expect(fake.objectCount == 0)
      // Nothing was begun: nothing is sent.
      let before = fake.log.count
      try store.create(path).discard()
      #expect(fake.log.count == before)
    }
  }

  @Test func partsThatAreLostAreSentAgain() throws {
    let count = Count()
    let fake = FakeS3 { fake, request in
      guard FakeS3.purpose(request).hasPrefix("part"), count.next() % 2 == 0 else { return nil }
      // Carried out or not, the answer is lost.
      if count.value % 4 == 1 { _ = fake.carryOut(request) }
      return .dropped
    }
    try withStore(fake) { try put(Self.content, $0) }
    #expect(fake["folder/k.bin"] == Self.content)
  }
}

/// The last request is the commit: whatever becomes of its answer, the writer tells the truth.
@Suite struct S3CommitTests {
  private static let content = testBytes((8 << 20) + 5)
  private let path = "s3://b/k.bin"

  private func put(_ content: [UInt8], _ store: S3Store, ifAbsent: Bool = false) throws {
    let writer = try store.create(path, WriteOptions(ifAbsent: ifAbsent))
    try write(content, to: writer)
    try writer.publish()
  }

  /// Answers the n-th completion (or put) otherwise.
  private func faulty(
    _ purpose: String, times: Int = 1, _ answer: @escaping @Sendable (FakeS3, ServedRequest) -> ServedAnswer?
  ) -> FakeS3 {
    let count = Count()
    return FakeS3 { fake, request in
      guard FakeS3.purpose(request) == purpose, count.next() < times else { return nil }
      return answer(fake, request)
    }
  }

  @Test func anErrorInA200IsTriedAgain() throws {
    let fake = faulty("complete", times: 2) { _, _ in
      ServedAnswer(
        200, text: "<?xml version=\"1.0\"?>\n   <Error><Code>InternalError</Code><Message>Oh.</Message></Error>")
    }
    try withStore(fake) { try put(Self.content, $0) }
    #expect(fake["k.bin"] == Self.content)
  }

  @Test func anErrorInA200ThatStaysIsOne() throws {
    let fake = faulty("complete", times: .max) { _, _ in
      ServedAnswer(200, text: "<Error><Code>InternalError</Code><Message>Oh.</Message></Error>")
    }
    try withStore(fake) { store in
      #expect(diagnosis { try put(Self.content, store) }?.code == "s3.unavailable")
    }
    #expect(fake.objectCount == 0 && fake.uploadCount == 0)
  }

  @Test func aDenialInA200NamesTheCredentials() throws {
    let fake = faulty("complete", times: .max) { _, _ in
      ServedAnswer(200, text: "<Error><Code>AccessDenied</Code></Error>")
    }
    try withStore(fake) { store in
      let error = diagnosis { try put(Self.content, store) }
      #expect(error?.code == "s3.access-denied")
      #expect(error?.summary.contains("without credentials") == false)
    }
  }

  @Test func aFailedPreconditionInA200IsOne() throws {
    let fake = faulty("complete", times: .max) { fake, _ in
      fake.set("k.bin", [1])
      return ServedAnswer(200, text: "<Error><Code>PreconditionFailed</Code></Error>")
    }
    try withStore(fake) { store in
      #expect(diagnosis { try put(Self.content, store, ifAbsent: true) }?.code == "storage.exists")
    }
    #expect(fake["k.bin"] == [1])
  }

  /// Carried out, but the answer was an error, or none, or cut: the token at the destination tells.
  @Test(
    arguments: [
      FakeS3.error(500, "InternalError"), .dropped,
      ServedAnswer(200, text: "<CompleteMultipartUploadResult>").cut(by: 3),
      ServedAnswer(200, text: "   "), FakeS3.error(503, "SlowDown"),
    ], [true, false])
  func aLostAnswerIsNoFailure(_ answer: ServedAnswer, _ ifAbsent: Bool) throws {
    let fake = faulty("complete") { fake, request in
      _ = fake.carryOut(request)
      return answer
    }
    try withStore(fake) { try put(Self.content, $0, ifAbsent: ifAbsent) }
    #expect(fake["k.bin"] == Self.content)
    #expect(fake.log.contains("head"))
    #expect(!fake.log.contains("abort"))
  }

  @Test func aLostAnswerToAPutIsNoFailure() throws {
    let fake = faulty("put") { fake, request in
      _ = fake.carryOut(request)
      return .dropped
    }
    try withStore(fake) { try put([1, 2], $0, ifAbsent: true) }
    #expect(fake["k.bin"] == [1, 2])
    // Before: is it there? Then it is put, put again, refused; and whose is it?
    #expect(fake.log == ["head", "put", "put", "head"])
  }

  @Test(arguments: [[1, 2, 3], content]) func nothingIsReplacedIfAskedSo(_ content: [UInt8]) throws {
    let fake = FakeS3()
    try withStore(fake) { store in
      let writer = try store.create(path, WriteOptions(ifAbsent: true))
      try write(content, to: writer)
      fake.set("k.bin", [9])
      let error = diagnosis { try writer.publish() }
      #expect(error?.code == "storage.exists")
      #expect(error?.place.file == path)
      #expect(diagnosis { try store.create(path, WriteOptions(ifAbsent: true)) }?.code == "storage.exists")
    }
    #expect(fake["k.bin"] == [9])
    #expect(fake.uploadCount == 0)
  }

  @Test func anUploadThatSomebodyAbortedIsAnError() throws {
    let fake = faulty("complete") { fake, _ in
      fake.state.withLock { $0.uploads = [:] }
      return nil
    }
    fake.set("k.bin", [1])
    try withStore(fake) { store in
      let error = diagnosis { try put(Self.content, store) }
      #expect(error?.code == "s3.refused")
      #expect(error?.advice?.contains("sweep") == true)
    }
    #expect(fake["k.bin"] == [1])
  }

  /// All tries fail although the first was carried out: then it has been published, and must not be told otherwise.
  @Test func anAnswerThatIsLostEveryTimeIsNoFailure() throws {
    let fake = faulty("complete", times: .max) { fake, request in
      _ = fake.carryOut(request)
      return FakeS3.error(500, "InternalError")
    }
    try withStore(fake, attempts: 2) { try put(Self.content, $0) }
    #expect(fake["k.bin"] == Self.content)
  }

  @Test func tagsAreWrittenAsXML() throws {
    let fake = FakeS3 { fake, request in
      guard FakeS3.purpose(request).hasPrefix("part") else { return nil }
      _ = fake.carryOut(request)
      let tag = "\"a<b>&c\""
      fake.state.withLock { state in
        for (id, upload) in state.uploads {
          for number in upload.parts.keys { state.uploads[id]?.parts[number]?.tag = tag }
        }
      }
      return ServedAnswer(
        200, headers: [("ETag", tag), ("x-amz-checksum-sha256", request.headers["x-amz-checksum-sha256"] ?? "")])
    }
    try withStore(fake) { try put(Self.content, $0) }
    #expect(fake["k.bin"] == Self.content)
  }
}
