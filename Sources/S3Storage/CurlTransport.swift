// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import CCurlShims
import Glibc
import Synchronization

/// Sends requests through the system's libcurl, on the thread that asks; connections are kept and used again.
///
/// Requests with credentials are signed here (``SignedHeaders``): libcurl can do it too, but in the version that Debian 12 has it sorts whole
/// lines instead of names, which spoils signatures where one header's name begins with another's.
final class CurlTransport: HTTPTransport {
  private struct Handle: @unchecked Sendable {
    // Owned by the list of idle ones, or by the one call that took it out.
    let pointer: OpaquePointer
  }

  private let idle = Mutex<[Handle]>([])
  private let certificates: String?
  private static let keptHandles = 32

  /// Opens libcurl, if that was not done. `certificates` is a file of those to trust, nil for the system's. Throws where the library is missing.
  init(certificates: String? = nil) throws(HTTPFailure) {
    if let missing = ccurl_load() { throw HTTPFailure(reason: String(cString: missing), isTransient: false) }
    self.certificates = certificates
  }

  deinit {
    idle.withLock { handles in
      for handle in handles { ccurl_destroy(handle.pointer) }
    }
  }

  func send(_ request: HTTPRequest) throws(HTTPFailure) -> HTTPResponse {
    // A Result, as withUnsafeBytes does not keep the type of what its body throws.
    try request.body.withUnsafeBytes { bytes in
      Result { () throws(HTTPFailure) in try send(request, body: bytes, into: nil).response }
    }.get()
  }

  /// The same with the body elsewhere. Where `destination` is given, the body of a response whose status is 2xx goes there and not into the
  /// response; more than fits is an error. Also tells how many bytes came as the body and how many went.
  func send(
    _ request: HTTPRequest, body: UnsafeRawBufferPointer, into destination: UnsafeMutableRawBufferPointer?
  ) throws(HTTPFailure) -> (response: HTTPResponse, received: Int, sent: Int) {
    guard let handle = idle.withLock({ $0.popLast() }) ?? ccurl_create().map(Handle.init) else {
      throw HTTPFailure(reason: "out of memory", isTransient: false)
    }
    defer { give(back: handle) }
    let outcome = perform(request, body: body, into: destination, on: handle.pointer)
    guard outcome.error == 0 else {
      throw HTTPFailure(
        reason: String(cString: ccurl_error_text(handle.pointer)), isTransient: outcome.is_transient != 0,
        status: Int(outcome.status), isCertificate: outcome.is_certificate != 0)
    }
    var count = 0
    let headers = ccurl_response_headers(handle.pointer, &count)
    let headerBytes = UnsafeRawBufferPointer(start: headers, count: count)
    // libcurl takes a connection that ends there for the end of a whole answer.
    guard zip(headerBytes, headerBytes.dropFirst()).contains(where: { $0 == (10, 10) }) else {
      throw HTTPFailure(
        reason: "the answer ended within its headers", isTransient: true, status: Int(outcome.status))
    }
    let headerText = String(decoding: headerBytes, as: UTF8.self)
    let start = ccurl_response_body(handle.pointer, &count)
    let response = HTTPResponse(
      status: Int(outcome.status), headers: parsedHeaders(headerText),
      body: Array(UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : count)))
    return (response, Int(outcome.received), Int(outcome.sent))
  }

  private func give(back handle: Handle) {
    let isKept = idle.withLock { handles in
      guard handles.count < Self.keptHandles else { return false }
      handles.append(handle)
      return true
    }
    if !isKept { ccurl_destroy(handle.pointer) }
  }

  private func perform(
    _ request: HTTPRequest, body: UnsafeRawBufferPointer, into destination: UnsafeMutableRawBufferPointer?,
    on handle: OpaquePointer
  ) -> ccurl_outcome {
    let headers = SignedHeaders(request, body: body, at: time(nil)).lines
    // All strings as one run of C strings: the C side keeps none of them.
    return withCStrings([request.method, request.url, certificates] + headers) { strings in
      // Of the texts, only those that are optional here can be missing: method, URL and headers are there.
      let headers = strings[3...].map { $0! }
      return headers.withUnsafeBufferPointer { headers in
        var raw = ccurl_request(
          method: strings[0]!, url: strings[1]!, headers: headers.baseAddress, header_count: headers.count,
          body: body.baseAddress, body_byte_count: body.count, ca_file: strings[2],
          connect_timeout: Int64(request.connectTimeout * 1000),
          timeout: Int64(request.timeout * 1000), stall_timeout: Int64(request.stallTimeout * 1000),
          destination: destination?.baseAddress, destination_byte_count: destination?.count ?? 0)
        return ccurl_perform(handle, &raw)
      }
    }
  }
}

/// Runs `body` with a C string for each text, nil for nil; they are valid inside.
private func withCStrings<R>(_ texts: [String?], _ body: ([UnsafePointer<CChar>?]) -> R) -> R {
  var bytes: [CChar] = []
  let starts = texts.map { text -> Int? in
    guard let text else { return nil }
    defer { bytes += text.utf8CString }
    return bytes.count
  }
  return bytes.withUnsafeBufferPointer { all in
    // Each start is a place in `all`, which is not empty if there is one.
    body(starts.map { start in start.flatMap { all.baseAddress?.advanced(by: $0) } })
  }
}

/// Names in lower case; of a name that comes twice, the last counts.
private func parsedHeaders(_ text: String) -> [String: String] {
  var headers: [String: String] = [:]
  for line in text.split(separator: "\n").dropFirst() {
    guard let colon = line.firstIndex(of: ":") else { continue }
    // Blanks around a value are no part of it (RFC 9110, 5.5).
    var value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
    while value.last == " " || value.last == "\t" { value.removeLast() }
    headers[line[..<colon].lowercased()] = String(value)
  }
  return headers
}

/// SHA-256, 32 bytes. Precondition: a ``CurlTransport`` was made.
func sha256(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
  [UInt8](unsafeUninitializedCapacity: 32) { digest, count in
    // Capacity 32 was asked for, so there is a base address.
    ccurl_sha256(bytes.baseAddress, bytes.count, digest.baseAddress!)
    count = 32
  }
}

/// SHA-256 of a text's UTF-8.
func sha256(_ text: String) -> [UInt8] { Array(text.utf8).withUnsafeBytes { sha256($0) } }

/// HMAC with SHA-256 (RFC 2104), 32 bytes. Preconditions: a ``CurlTransport`` was made; the key is not empty.
func hmacSHA256(key: [UInt8], _ text: String) -> [UInt8] {
  let bytes = Array(text.utf8)
  return [UInt8](unsafeUninitializedCapacity: 32) { digest, count in
    key.withUnsafeBytes { key in
      // Not empty, and capacity 32 was asked for: both have a base address.
      ccurl_hmac_sha256(key.baseAddress!, key.count, bytes, bytes.count, digest.baseAddress!)
    }
    count = 32
  }
}

/// MD5, 16 bytes: what S3 and those like it compare a body with (`Content-MD5`). Precondition: a ``CurlTransport`` was made.
func md5(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
  [UInt8](unsafeUninitializedCapacity: 16) { digest, count in
    ccurl_md5(bytes.baseAddress, bytes.count, digest.baseAddress!)
    count = 16
  }
}
