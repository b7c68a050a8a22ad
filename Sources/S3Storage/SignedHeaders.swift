// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The headers of a request, signed if it has credentials: AWS Signature Version 4 ("Create a signed AWS API request", AWS Identity and Access
/// Management User Guide; "Authenticating Requests (AWS Signature Version 4)", Amazon S3 API Reference).
///
/// Every header that is set here is signed, the body by its SHA-256. Path and query are signed as they stand in the URL: percent-encoded, the query
/// sorted by name.
struct SignedHeaders {
  /// `Name: value`; in the order of their names if signed.
  let lines: [String]

  /// `seconds` since 1970 are the time of signing. Precondition: a ``CurlTransport`` was made.
  init(_ request: HTTPRequest, body: UnsafeRawBufferPointer, at seconds: Int) {
    guard let credentials = request.credentials else {
      lines = request.headers.map { "\($0.name): \($0.value)" }
      return
    }
    let time = compactTime(seconds)
    let (host, path, query) = parts(of: request.url)
    var headers = request.headers.map { (name: $0.name.lowercased(), value: $0.value) }
    headers += [("host", host), ("x-amz-date", time)]
    if let token = credentials.sessionToken { headers.append(("x-amz-security-token", token)) }
    let known = headers.first { $0.name == "x-amz-content-sha256" }?.value
    let digest = known ?? hexadecimal(sha256(body))
    if known == nil { headers.append(("x-amz-content-sha256", digest)) }
    headers.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    let names = headers.map(\.name).joined(separator: ";")
    let signedLines = headers.map { "\($0.name):\(withSingleBlanks($0.value))\n" }.joined()
    let canonical = "\(request.method)\n\(path)\n\(query)\n\(signedLines)\n\(names)\n\(digest)"
    let scope = "\(time.prefix(8))/\(request.signingRegion)/\(request.signingService)/aws4_request"
    let toSign = "AWS4-HMAC-SHA256\n\(time)\n\(scope)\n\(hexadecimal(sha256(canonical)))"
    // The key for a day, a region and a service is derived step by step.
    let key = scope.split(separator: "/").reduce(Array("AWS4\(credentials.secretKey)".utf8)) {
      hmacSHA256(key: $0, String($1))
    }
    let signature = hexadecimal(hmacSHA256(key: key, toSign))
    lines =
      headers.map { "\($0.name): \($0.value)" } + [
        "authorization: AWS4-HMAC-SHA256 Credential=\(credentials.accessKey)/\(scope), SignedHeaders=\(names), "
          + "Signature=\(signature)"
      ]
  }
}

/// Host as it is sent (a scheme's own port is left out), path and query of a URL.
private func parts(of url: String) -> (host: String, path: String, query: String) {
  let isSecure = url.hasPrefix("https://")
  let rest = url.dropFirst(isSecure ? "https://".count : "http://".count)
  let authority = rest.prefix { $0 != "/" && $0 != "?" }
  let target = rest[authority.endIndex...]
  let ownPort = isSecure ? ":443" : ":80"
  let host = authority.hasSuffix(ownPort) ? authority.dropLast(ownPort.count) : authority
  let path = target.prefix { $0 != "?" }
  return (String(host), path.isEmpty ? "/" : String(path), String(target[path.endIndex...].dropFirst()))
}

/// Without blanks at its ends, and one blank for several.
private func withSingleBlanks(_ value: String) -> String {
  value.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
}

/// `20261126T173500Z`.
private func compactTime(_ seconds: Int) -> String {
  var (moment, parts) = (time_t(seconds), tm())
  gmtime_r(&moment, &parts)
  func digits(_ number: Int32, _ width: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, width - text.count)) + text
  }
  return digits(parts.tm_year + 1900, 4) + digits(parts.tm_mon + 1, 2) + digits(parts.tm_mday, 2) + "T"
    + digits(parts.tm_hour, 2) + digits(parts.tm_min, 2) + digits(parts.tm_sec, 2) + "Z"
}
