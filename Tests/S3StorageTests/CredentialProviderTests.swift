// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Synchronization
import Testing

@testable import S3Storage

/// A program that gives out numbered credentials, a clock that can be moved, and a count of how often it ran.
private final class Source: Sendable {
  private struct State {
    var now = testTime
    var count = 0
    var lifetime: Double? = 3600
    var fails = false
    var repeats = false
  }
  private let state = Mutex(State())
  /// Called each time the program runs, before it answers.
  let onRun: @Sendable () -> Void

  init(onRun: @escaping @Sendable () -> Void = {}) { self.onRun = onRun }

  var count: Int { state.withLock { $0.count } }
  func advance(_ seconds: Double) { state.withLock { $0.now += seconds } }
  func fail(_ fails: Bool) { state.withLock { $0.fails = fails } }
  func live(_ seconds: Double?) { state.withLock { $0.lifetime = seconds } }
  func repeatTheSame() { state.withLock { $0.repeats = true } }

  func provider(_ environment: [String: String] = [:]) throws -> CredentialProvider {
    var surroundings = fakeSurroundings(
      environment, files: ["/home/u/.aws/config": "[default]\ncredential_process = give\n"],
      run: { _ in
        self.onRun()
        return self.state.withLock { state in
          state.count += 1
          if state.fails { return (1, "") }
          let number = state.repeats ? 1 : state.count
          let end = state.lifetime.map { #", "Expiration": "\#(Self.timestamp(state.now + $0))""# } ?? ""
          return (0, #"{"Version": 1, "AccessKeyId": "KEY-\#(number)", "SecretAccessKey": "S"\#(end)}"#)
        }
      })
    surroundings.now = { self.state.withLock { $0.now } }
    return CredentialProvider(
      configuration: try AWSConfiguration(surroundings), transport: FakeTransport.silent, surroundings: surroundings)
  }

  private static func timestamp(_ seconds: Double) -> String {
    var time = time_t(seconds)
    var parts = tm()
    gmtime_r(&time, &parts)
    var text = [CChar](repeating: 0, count: 32)
    let length = strftime(&text, text.count, "%Y-%m-%dT%H:%M:%SZ", &parts)
    return String(decoding: text[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

/// Runs `body` on so many threads at once and waits for them.
private func onThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
  final class Work: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }
  let threads = (0..<count).map { number in
    var thread = pthread_t()
    let work = Unmanaged.passRetained(Work { body(number) })
    pthread_create(
      &thread, nil,
      { argument in
        if let argument { Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().run() }
        return nil
      }, work.toOpaque())
    return thread
  }
  for thread in threads { pthread_join(thread, nil) }
}

@Suite struct CredentialProviderTests {
  @Test func keptUntilFiveMinutesBeforeTheirEnd() throws {
    let source = Source()
    let provider = try source.provider()
    #expect(source.count == 0)
    #expect(try provider.credentials()?.accessKey == "KEY-1")
    source.advance(3299)
    #expect(try provider.credentials()?.accessKey == "KEY-1" && source.count == 1)
    source.advance(2)
    #expect(try provider.credentials()?.accessKey == "KEY-2" && source.count == 2)
    source.advance(3600)
    #expect(try provider.credentials()?.accessKey == "KEY-3")
  }

  @Test func permanentOnesAreFetchedOnce() throws {
    let source = Source()
    source.live(nil)
    let provider = try source.provider()
    _ = try provider.credentials()
    source.advance(1e9)
    #expect(try provider.credentials()?.accessKey == "KEY-1" && source.count == 1)
  }

  @Test func theOldServeOnWhileNewOnesCannotBeHad() throws {
    let source = Source()
    let provider = try source.provider()
    _ = try provider.credentials()
    source.advance(3400)
    source.fail(true)
    for _ in 0..<5 { #expect(try provider.credentials()?.accessKey == "KEY-1") }
    #expect(source.count == 2)
    source.advance(61)
    #expect(try provider.credentials()?.accessKey == "KEY-1" && source.count == 3)
    source.advance(140)
    let error = #expect(throws: S3CredentialError.self) { try provider.credentials() }
    #expect(error?.code == "s3.credential-source-failed")
    source.fail(false)
    #expect(try provider.credentials()?.accessKey == "KEY-5")
  }

  @Test func shortLivedOnesAreNotFetchedWithEachRequest() throws {
    let source = Source()
    source.live(200)
    let provider = try source.provider()
    for _ in 0..<5 { #expect(try provider.credentials()?.accessKey == "KEY-1") }
    source.advance(61)
    for _ in 0..<5 { #expect(try provider.credentials()?.accessKey == "KEY-2") }
    #expect(source.count == 2)
  }

  @Test func whatAServerRefusesIsFetchedAnew() throws {
    let source = Source()
    let provider = try source.provider()
    let first = try #require(try provider.credentials())
    provider.invalidate(first)
    let second = try #require(try provider.credentials())
    #expect(second.accessKey == "KEY-2")
    // A late complaint about the first does not throw away the second.
    provider.invalidate(first)
    #expect(try provider.credentials() == second && source.count == 2)
  }

  @Test func theSameAgainIsAnError() throws {
    let source = Source()
    source.repeatTheSame()
    let provider = try source.provider()
    provider.invalidate(try #require(try provider.credentials()))
    let error = #expect(throws: S3CredentialError.self) { try provider.credentials() }
    #expect(error?.code == "s3.credentials-expired")
  }

  @Test func filesAreReadAgain() throws {
    final class Kept: Sendable {
      let key = Mutex("A")
    }
    let kept = Kept()
    var surroundings = fakeSurroundings()
    surroundings.readFile = { path in
      guard path.hasSuffix("credentials") else { return nil }
      return Array("[default]\naws_access_key_id = \(kept.key.withLock { $0 })\naws_secret_access_key = S\n".utf8)
    }
    let provider = CredentialProvider(
      configuration: try AWSConfiguration(surroundings), transport: FakeTransport.silent, surroundings: surroundings)
    let first = try #require(try provider.credentials())
    kept.key.withLock { $0 = "B" }
    #expect(try provider.credentials()?.accessKey == "A")
    provider.invalidate(first)
    #expect(try provider.credentials()?.accessKey == "B")
  }

  @Test func anonymousAccessHasNone() throws {
    let source = Source()
    #expect(try source.provider(["COLONNADE_S3_ANONYMOUS": "1"]).credentials() == nil && source.count == 0)
  }

  @Test func manyThreadsFetchOnce() throws {
    let source = Source(onRun: { usleep(20_000) })
    let provider = try source.provider()
    let found = Mutex<[String?]>([])
    onThreads(16) { _ in
      let key = (try? provider.credentials())??.accessKey
      found.withLock { $0.append(key) }
    }
    #expect(found.withLock { $0 } == Array(repeating: "KEY-1", count: 16) && source.count == 1)
  }

  @Test func manyThreadsShareAFailure() throws {
    // The program ends when all have asked, or a second has passed. One that is late may run it again, but not each of them.
    let arrived = Atomic(0)
    let source = Source(onRun: {
      for _ in 0..<1000 where arrived.load(ordering: .acquiring) < 8 { usleep(1000) }
      usleep(50_000)
    })
    source.fail(true)
    let provider = try source.provider()
    let codes = Mutex<[String]>([])
    onThreads(8) { _ in
      arrived.add(1, ordering: .acquiringAndReleasing)
      do { _ = try provider.credentials() } catch {
        codes.withLock { $0.append((error as? S3CredentialError)?.code ?? "other") }
      }
    }
    #expect(codes.withLock { $0 } == Array(repeating: "s3.credential-source-failed", count: 8))
    #expect(source.count < 8)
  }

  @Test func othersGoOnWithTheOldOnes() throws {
    let isFetching = Atomic(false)
    let mayEnd = Atomic(false)
    let runs = Atomic(0)
    let source = Source(onRun: {
      guard runs.add(1, ordering: .relaxed).oldValue == 1 else { return }
      isFetching.store(true, ordering: .releasing)
      for _ in 0..<10_000 where !mayEnd.load(ordering: .acquiring) { usleep(1000) }
    })
    let provider = try source.provider()
    _ = try provider.credentials()
    source.advance(3400)
    let found = Mutex<[Int: String?]>([:])
    onThreads(2) { number in
      if number == 1 {
        for _ in 0..<10_000 where !isFetching.load(ordering: .acquiring) { usleep(1000) }
      }
      let key = (try? provider.credentials())??.accessKey
      found.withLock { $0[number] = key }
      if number == 1 { mayEnd.store(true, ordering: .releasing) }
    }
    #expect(found.withLock { $0 } == [0: "KEY-2", 1: "KEY-1"])
  }
}
