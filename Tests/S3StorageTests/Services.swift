// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import ObjectStorage
import Synchronization
import TestSupport

@testable import S3Storage

/// The secret key of the clients below: it must never be seen.
let testSecret = "SECRET/of+the/tests"

/// A client of `server`, through libcurl.
func testClient(
  of server: HTTPTestServer, attempts: Int = 6, traffic: TrafficCounter = TrafficCounter(),
  surroundings: AWSSurroundings? = nil
) throws -> S3Client {
  let surroundings =
    surroundings
    ?? fakeSurroundings([
      "AWS_ENDPOINT_URL_S3": server.url, "AWS_ACCESS_KEY_ID": "ACCESS", "AWS_SECRET_ACCESS_KEY": testSecret,
      "AWS_REGION": "eu-central-1",
    ])
  let configuration = try AWSConfiguration(surroundings)
  return S3Client(
    transport: try CurlTransport(),
    endpoint: S3Endpoint(configuration: configuration, region: configuration.region ?? ""),
    provider: CredentialProvider(
      configuration: configuration, transport: FakeTransport.silent, surroundings: surroundings),
    traffic: traffic, attemptLimit: attempts)
}

/// A store of its own, whose service is `fake`, as long as `body` runs.
func withStore<R>(_ fake: FakeS3, attempts: Int = 6, _ body: (S3Store) throws -> R) throws -> R {
  try HTTPTestServer.serving({ fake.serve($0) }) { server in
    try body(S3Store { traffic in try testClient(of: server, attempts: attempts, traffic: traffic) })
  }
}

/// A client whose server answers as the closure says.
func withClient<R>(
  attempts: Int = 6, _ answer: @escaping @Sendable (ServedRequest) -> ServedAnswer,
  _ body: (S3Client, HTTPTestServer) throws -> R
) throws -> R {
  try HTTPTestServer.serving(answer) { server in
    try body(try testClient(of: server, attempts: attempts), server)
  }
}

/// Answers in turn; the last one for ever.
final class ServedAnswers: Sendable {
  private let rest: Mutex<[ServedAnswer]>

  init(_ answers: [ServedAnswer]) { rest = Mutex(answers) }

  func next(_: ServedRequest) -> ServedAnswer {
    rest.withLock { $0.count > 1 ? $0.removeFirst() : $0[0] }
  }
}

/// Counts.
final class Count: Sendable {
  private let count = Atomic(0)

  /// One more; how many there were before.
  @discardableResult
  func next() -> Int { count.add(1, ordering: .sequentiallyConsistent).oldValue }
  var value: Int { count.load(ordering: .sequentiallyConsistent) }
}

/// The diagnosis that `body` throws, nil if it throws none.
func diagnosis(_ body: () throws -> some Any) -> (any Diagnosis)? {
  do {
    _ = try body()
    return nil
  } catch { return error as? any Diagnosis }
}

func write(_ bytes: [UInt8], to writer: any ObjectWriter) throws { try bytes.withUnsafeBytes { try writer.write($0) } }

func bytes(of object: any ReadableObject, _ range: Range<Int>? = nil) throws -> [UInt8] {
  let range = range ?? 0..<object.byteCount
  return try [UInt8](unsafeUninitializedCapacity: range.count) { buffer, filled in
    try object.read(
      at: range.lowerBound,
      into: UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[..<range.count]))
    filled = range.count
  }
}

/// Bytes of which no two stretches are alike.
func testBytes(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
  var random = RandomSource(seed: seed)
  var bytes = [UInt8](repeating: 0, count: count)
  bytes.withUnsafeMutableBytes { raw in
    for start in stride(from: 0, to: count - 7, by: 8) {
      raw.storeBytes(of: random.next(), toByteOffset: start, as: UInt64.self)
    }
    for index in (count & ~7)..<count { raw[index] = UInt8(truncatingIfNeeded: random.next()) }
  }
  return bytes
}
