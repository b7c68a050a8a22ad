// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Synchronization

@testable import S3Storage

/// Answers requests by a closure, and keeps them.
final class FakeTransport: HTTPTransport {
  private let answer: @Sendable (HTTPRequest) throws(HTTPFailure) -> HTTPResponse
  private let sent = Mutex<[HTTPRequest]>([])

  init(_ answer: @escaping @Sendable (HTTPRequest) throws(HTTPFailure) -> HTTPResponse) { self.answer = answer }

  /// No server is there.
  static var silent: FakeTransport {
    FakeTransport { _ throws(HTTPFailure) in throw HTTPFailure(reason: "Connection timed out", isTransient: true) }
  }

  var requests: [HTTPRequest] { sent.withLock { $0 } }

  func send(_ request: HTTPRequest) throws(HTTPFailure) -> HTTPResponse {
    sent.withLock { $0.append(request) }
    return try answer(request)
  }
}

extension HTTPResponse {
  init(_ status: Int, _ body: String = "") { self.init(status: status, headers: [:], body: Array(body.utf8)) }
}

extension HTTPRequest {
  /// The value of a header; nil if it is not sent.
  func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }

  /// The form in the body.
  var form: [String: String] {
    var found: [String: String] = [:]
    for pair in String(decoding: body, as: UTF8.self).split(separator: "&") {
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      found[String(parts[0])] = percentDecoded(String(parts[1]))
    }
    return found
  }
}

private func percentDecoded(_ text: String) -> String {
  var bytes: [UInt8] = []
  var rest = Array(text.utf8)[...]
  while let byte = rest.popFirst() {
    guard byte == UInt8(ascii: "%") else {
      bytes.append(byte)
      continue
    }
    bytes.append(UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) ?? 0)
    rest = rest.dropFirst(2)
  }
  return String(decoding: bytes, as: UTF8.self)
}

/// The time in the tests, in seconds since 1970: 2026-01-01T00:00:00Z.
let testTime = 1_767_225_600.0

/// Surroundings of which nothing is the machine's: files by path, a clock that stands still, programs that do not exist.
func fakeSurroundings(
  _ environment: [String: String] = [:], files: [String: String] = [:],
  run: @escaping @Sendable ([String]) throws -> (status: Int32, output: String) = { _ in
    throw SurroundingsFault(reason: "No such file or directory")
  }
) -> AWSSurroundings {
  AWSSurroundings(
    environment: environment, homeFolder: "/home/u",
    readFile: { path in files[path].map { Array($0.utf8) } },
    run: { words, _ in
      let ended = try run(words)
      return (ended.status, Array(ended.output.utf8))
    },
    now: { testTime }, pause: { _ in })
}

/// What STS answers to a request for a role's credentials.
func roleReply(key: String, expiration: String = "2026-01-01T01:00:00Z", action: String = "AssumeRole") -> HTTPResponse
{
  HTTPResponse(
    200,
    """
    <\(action)Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><\(action)Result><AssumedRoleUser><Arn>a</Arn></AssumedRoleUser>
    <Credentials><AccessKeyId>\(key)</AccessKeyId><SecretAccessKey>ROLE-SECRET</SecretAccessKey>
    <SessionToken>ROLE-TOKEN</SessionToken><Expiration>\(expiration)</Expiration></Credentials>
    </\(action)Result></\(action)Response>
    """)
}

/// What containers and instances answer.
func serverReply(_ name: String, expiration: String = "2026-01-01T01:00:00Z") -> HTTPResponse {
  HTTPResponse(
    200,
    """
    {"Code": "Success", "AccessKeyId": "\(name)-KEY", "SecretAccessKey": "\(name)-SECRET", "Token": "\(name)-TOKEN",
     "Expiration": "\(expiration)", "Type": "AWS-HMAC", "LastUpdated": "2026-01-01T00:00:00Z", "Other": [1, {"a": null}]}
    """)
}

/// All that a user may get to see of an error.
func shownText(of error: any Error) -> String {
  guard let diagnosis = error as? any Diagnosis else { return String(reflecting: error) }
  return ([diagnosis.code, diagnosis.place.description, diagnosis.summary, diagnosis.advice ?? ""] + diagnosis.details)
    .joined(separator: "\n") + String(reflecting: error) + "\(error)"
}

/// Answers one after the other, each once; nil: no answer comes.
final class Answers: Sendable {
  private let rest: Mutex<[HTTPResponse?]>

  init(_ answers: [HTTPResponse?]) { rest = Mutex(answers) }

  func next() throws(HTTPFailure) -> HTTPResponse {
    let answer = rest.withLock { $0.isEmpty ? nil : $0.removeFirst() }
    guard let answer else { throw HTTPFailure(reason: "Connection reset by peer", isTransient: true) }
    return answer
  }
}
