// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// One HTTP request; what it sends and receives in bulk lies with the one who sends it.
struct HTTPRequest: Sendable {
  /// `GET`, `PUT`, …
  var method: String
  /// Whole URL, percent-encoded, its query sorted by name.
  var url: String
  /// Names and values, in order.
  var headers: [(name: String, value: String)] = []
  /// Sent as it is.
  var body: [UInt8] = []
  /// Signed with these for `signingService` in `signingRegion`; nil: not signed.
  var credentials: Credentials?
  var signingRegion = ""
  var signingService = "s3"
  /// Longest time for connecting, for the whole request (0: no limit) and without any byte moving (0: no limit), in seconds.
  var connectTimeout = 5.0
  var timeout = 0.0
  var stallTimeout = 20.0

  init(_ method: String, _ url: String) {
    self.method = method
    self.url = url
  }
}

/// What came back.
struct HTTPResponse: Sendable {
  /// The status code.
  var status: Int
  /// By name in lower case.
  var headers: [String: String]
  /// All of it.
  var body: [UInt8]
}

/// A request that got no answer. Never holds a secret.
struct HTTPFailure: Error {
  /// One line in libcurl's words.
  var reason: String
  /// True if the same may work when it is tried again.
  var isTransient: Bool
  /// The status that came before the failure, 0 if none did.
  var status = 0
  /// True if the server's certificate is not trusted.
  var isCertificate = false
}

/// Sends requests; several threads may at once.
protocol HTTPTransport: Sendable {
  /// Sends `request` once and waits for the whole response, whatever its status. Throws ``HTTPFailure`` where none came.
  func send(_ request: HTTPRequest) throws(HTTPFailure) -> HTTPResponse
}
