// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Glibc
import ObjectStorage
import TestSupport
import Testing

@testable import S3Storage

/// What every store must do (`Tests/TestSupport/StoreBehaviour.swift`), of S3: against a service in the test's memory, and against the one that
/// `COLONNADE_S3_BEHAVIOURS` names (`s3://bucket/prefix`, with the AWS_ variables set).
@Suite(.serialized) struct StoreBehaviours {
  @Test(arguments: StoreBehaviour.all) func fakeS3(_ behaviour: StoreBehaviour) throws {
    try withStore(FakeS3()) { try behaviour.run($0, "s3://bucket/root") }
  }

  private static let address = getenv("COLONNADE_S3_BEHAVIOURS").map { String(cString: $0) }

  @Test(
    .enabled(if: address != nil, "COLONNADE_S3_BEHAVIOURS names no s3://bucket/prefix"), arguments: StoreBehaviour.all)
  func service(_ behaviour: StoreBehaviour) throws {
    let root = try #require(Self.address) + "/behaviours-\(UInt64.random(in: 0 ... .max))"
    let store = S3Store()
    defer { for path in (try? store.list(startingWith: root + "/")) ?? [] { try? store.delete(path) } }
    try behaviour.run(store, root)
    let uploads = try store.client().unfinishedUploads(try S3Location(root + "/"), name: root)
    #expect(uploads.isEmpty, "unfinished: \(uploads)")
  }
}
