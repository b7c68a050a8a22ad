// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Glibc
import ObjectStorage
import Synchronization
import Workers

/// Asks one service: signs, tries again, and says what a refusal means.
final class S3Client: Sendable {
  let transport: CurlTransport
  let endpoint: S3Endpoint
  let provider: CredentialProvider
  let traffic: TrafficCounter
  /// Those of the last request.
  private let lastCredentials = Mutex<Credentials?>(nil)
  /// Tries of one request before it is given up.
  let attemptLimit: Int

  init(
    transport: CurlTransport, endpoint: S3Endpoint, provider: CredentialProvider, traffic: TrafficCounter,
    attemptLimit: Int = 6
  ) {
    self.transport = transport
    self.endpoint = endpoint
    self.provider = provider
    self.traffic = traffic
    self.attemptLimit = attemptLimit
  }

  /// Sends `call` until it is answered, and returns the answer: a status of 2xx, or one that the call expects.
  ///
  /// Lost connections, timeouts, short bodies and answers that say "not now" are tried again, after waits that double and are drawn at random
  /// ("Exponential Backoff And Jitter", AWS Architecture Blog, 2015). Credentials that have expired are asked for anew, once. With `destination`,
  /// the body must fill it. Throws a `Diagnosis`.
  func perform(
    _ call: S3Call, body: UnsafeRawBufferPointer = UnsafeRawBufferPointer(start: nil, count: 0),
    into destination: UnsafeMutableRawBufferPointer? = nil, attempts: Int? = nil
  ) throws -> HTTPResponse {
    var request = HTTPRequest(call.method, endpoint.url(call.location, query: call.query))
    request.signingRegion = endpoint.region
    request.stallTimeout = call.stallTimeout
    let digest = call.bodyDigest ?? sha256(body)
    request.headers = call.headers + [("x-amz-content-sha256", hexadecimal(digest))]
    if !body.isEmpty { request.headers.append(("Content-Type", "application/octet-stream")) }
    var backoff = Backoff()
    var hasRefreshed = false
    var lastRefusal: (any Diagnosis)?
    for attempt in 1... {
      let isLast = attempt >= (attempts ?? attemptLimit)
      do {
        request.credentials = try provider.credentials()
        lastCredentials.withLock { $0 = request.credentials }
      } catch {
        // There are no others: what the service said of these names the object.
        guard call.takesOldCredentials, let old = lastCredentials.withLock({ $0 }) else {
          throw lastRefusal ?? (error as? S3CredentialError)?.during(call) ?? error
        }
        request.credentials = old
      }
      switch send(request, body: body, into: destination, isRetry: attempt > 1) {
      case .failure(let failure):
        if destination != nil, !failure.isTransient, (200...299).contains(failure.status) {
          throw S3Error(
            .badAnswer, name: call.name, summary: "the service sent more bytes than were asked for",
            advice: "it may not know ranges of bytes, which are needed")
        }
        guard failure.isTransient, !isLast else { throw unreachable(call, failure, attempts: attempt) }
        backoff.wait()
      case .success(let response):
        if (200...299).contains(response.status) || call.expected.contains(response.status) { return response }
        let refusal = S3Refusal(response)
        if refusal.isExpiry, !hasRefreshed, let used = request.credentials {
          hasRefreshed = true
          provider.invalidate(used)
          lastRefusal = refusal.diagnosis(of: call, region: endpoint.region, credentials: used)
          continue
        }
        guard refusal.isTransient, !isLast else {
          throw refusal.diagnosis(of: call, region: endpoint.region, credentials: request.credentials)
        }
        backoff.wait(atLeast: response.headers["retry-after"].flatMap { Double($0) })
      }
    }
    preconditionFailure("the loop above has no end")
  }

  private func send(
    _ request: HTTPRequest, body: UnsafeRawBufferPointer, into destination: UnsafeMutableRawBufferPointer?,
    isRetry: Bool
  ) -> Result<HTTPResponse, HTTPFailure> {
    Result { () throws(HTTPFailure) in
      let answer = Result { () throws(HTTPFailure) in try transport.send(request, body: body, into: destination) }
      let moved = try? answer.get()
      traffic.note(isRetry: isRetry, received: moved?.received ?? 0, sent: moved?.sent ?? 0)
      let (response, received, _) = try answer.get()
      if let destination, (200...299).contains(response.status), received != destination.count {
        throw HTTPFailure(
          reason: "\(received) bytes came where \(destination.count) were asked for", isTransient: true)
      }
      if let misfit = ContentRange.misfit(response, inBody: destination == nil) {
        throw HTTPFailure(reason: misfit, isTransient: true)
      }
      return response
    }
  }

  private func unreachable(_ call: S3Call, _ failure: HTTPFailure, attempts: Int) -> S3Error {
    S3Error(
      .unreachable, name: call.name,
      summary: "\(endpoint.url) cannot be used: \(oneLine(failure.reason))"
        + (attempts > 1 ? " (tried \(attempts) times)" : ""),
      advice: failure.isCertificate
        ? "name the file of the authority's certificate in AWS_CA_BUNDLE"
        : "check the network, and AWS_ENDPOINT_URL and AWS_REGION")
  }
}

extension S3Refusal {
  /// True if newer credentials may be taken.
  var isExpiry: Bool { ["ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired"].contains(code) }
}

/// Waits that double, up to 20 s, each drawn at random between nothing and that.
private struct Backoff {
  private var longest = 0.2

  mutating func wait(atLeast least: Double? = nil) {
    let drawn = Double.random(in: 0.02...longest)
    longest = min(20, longest * 2)
    usleep(UInt32(max(drawn, min(least ?? 0, 20)) * 1e6))
  }
}

/// Bytes as lower-case hexadecimal digits.
func hexadecimal(_ bytes: [UInt8]) -> String {
  let digits = Array("0123456789abcdef".utf8)
  return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
}

/// Bytes in Base64 (RFC 4648, 4).
func base64(_ bytes: [UInt8]) -> String {
  let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  var text: [UInt8] = []
  for start in stride(from: 0, to: bytes.count, by: 3) {
    let group = bytes[start..<min(start + 3, bytes.count)]
    let number = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
    for position in 0..<4 {
      text.append(position <= group.count ? digits[number >> (18 - 6 * position) & 63] : UInt8(ascii: "="))
    }
  }
  return String(decoding: text, as: UTF8.self)
}
