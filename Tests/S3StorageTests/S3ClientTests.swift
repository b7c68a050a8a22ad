// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import ObjectStorage
import Synchronization
import TestSupport
import Testing

@testable import S3Storage

@Suite struct CurlTransportTests {
  private func request(_ method: String, _ url: String, _ body: [UInt8] = []) -> HTTPRequest {
    var request = HTTPRequest(method, url)
    request.body = body
    return request
  }

  @Test(arguments: ["GET", "HEAD", "PUT", "POST", "DELETE"]) func methodsAndBodiesArriveAsTheyAre(_ method: String)
    throws
  {
    let body = method == "PUT" || method == "POST" ? testBytes(3_000_000) : []
    try HTTPTestServer.serving({ _ in
      ServedAnswer(207, headers: [("X-One", " a: b "), ("x-two", "")], text: method == "HEAD" ? "" : "body")
    }) { server in
      var request = request(method, server.url + "/a%20b/../c//d?x=%2F&y=", body)
      request.headers = [("X-Mine", "1 2"), ("Range", "bytes=0-1")]
      let response = try CurlTransport().send(request)
      #expect(response.status == 207)
      #expect(response.headers["x-one"] == "a: b")
      #expect(response.headers["x-two"] == "")
      #expect(response.body == Array((method == "HEAD" ? "" : "body").utf8))
      let served = try #require(server.requests.first)
      #expect(served.method == method)
      #expect(served.target == "/a%20b/../c//d?x=%2F&y=")
      #expect(served.headers["x-mine"] == "1 2")
      #expect(served.headers["range"] == "bytes=0-1")
      #expect(served.headers["authorization"] == nil)
      #expect(served.body == body)
    }
  }

  @Test func requestsAreSigned() throws {
    try HTTPTestServer.serving({ _ in ServedAnswer(200) }) { server in
      var request = request("GET", server.url + "/b/k")
      request.signingRegion = "eu-north-1"
      request.headers = [("x-amz-content-sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
      request.credentials = Credentials(
        accessKey: "ACCESS", secretKey: testSecret, sessionToken: "TOKEN", origin: "here")
      _ = try CurlTransport().send(request)
      let headers = try #require(server.requests.first).headers
      let authorization = try #require(headers["authorization"])
      #expect(authorization.hasPrefix("AWS4-HMAC-SHA256 Credential=ACCESS/"))
      #expect(authorization.contains("/eu-north-1/s3/aws4_request"))
      #expect(authorization.contains("x-amz-content-sha256;x-amz-date;x-amz-security-token"))
      #expect(headers["x-amz-security-token"] == "TOKEN")
      #expect(!headers.values.contains { $0.contains(testSecret) })
    }
  }

  @Test func connectionsAreUsedAgain() throws {
    try HTTPTestServer.serving({ _ in ServedAnswer(200, text: "x") }) { server in
      let transport = try CurlTransport()
      for _ in 0..<5 { _ = try transport.send(request("GET", server.url)) }
      #expect(server.connectionCount == 1)
    }
  }

  @Test func lostAnswersAreToldAsSuch() throws {
    let answers: [(ServedAnswer, status: Int)] = [
      (.dropped, 0), (ServedAnswer(200, text: "12345").cut(by: 2), 200), (ServedAnswer(200).cut(by: 4), 200),
    ]
    for (answer, status) in answers {
      try HTTPTestServer.serving({ _ in answer }) { server in
        let transport = try CurlTransport()
        let failure = #expect(throws: HTTPFailure.self) { try transport.send(request("GET", server.url)) }
        #expect(failure?.isTransient == true)
        #expect(failure?.status == status)
        #expect(failure?.reason.isEmpty == false)
      }
    }
    // Nobody listens there any more.
    let url = try HTTPTestServer.serving({ _ in .dropped }) { $0.url }
    let failure = #expect(throws: HTTPFailure.self) { try CurlTransport().send(request("GET", url)) }
    #expect(failure?.isTransient == true)
    let wrong = #expect(throws: HTTPFailure.self) { try CurlTransport().send(request("GET", "file:///etc/passwd")) }
    #expect(wrong?.isTransient == false)
  }

  @Test func aSilentServerIsGivenUp() throws {
    let gate = Gate()
    try HTTPTestServer.serving({ _ in
      gate.wait()
      return .dropped
    }) { server in
      defer { gate.open() }
      var request = request("GET", server.url)
      request.timeout = 0.1
      let failure = #expect(throws: HTTPFailure.self) { try CurlTransport().send(request) }
      #expect(failure?.isTransient == true)
    }
  }

  @Test func bodiesGoWhereTheyShall() throws {
    let body = testBytes(1_000_000)
    let answers = ServedAnswers([
      ServedAnswer(206, body: body), ServedAnswer(404, body: body), ServedAnswer(200, body: body + [0]),
    ])
    try HTTPTestServer.serving({ answers.next($0) }) { server in
      let transport = try CurlTransport()
      var memory = [UInt8](repeating: 0, count: body.count)
      let nothing = UnsafeRawBufferPointer(start: nil, count: 0)
      try memory.withUnsafeMutableBytes { memory in
        let taken = try transport.send(request("GET", server.url), body: nothing, into: memory)
        #expect(taken.received == body.count && taken.response.body.isEmpty)
      }
      #expect(memory == body)
      memory = [UInt8](repeating: 7, count: body.count)
      try memory.withUnsafeMutableBytes { memory in
        // Not a success: the answer is about why.
        let refused = try transport.send(request("GET", server.url), body: nothing, into: memory)
        #expect(refused.response.body == body)
      }
      #expect(memory.allSatisfy { $0 == 7 })
      memory.withUnsafeMutableBytes { memory in
        // More than fits.
        let failure = #expect(throws: HTTPFailure.self) {
          try transport.send(request("GET", server.url), body: nothing, into: memory)
        }
        #expect(failure?.isTransient == false)
      }
    }
  }
}

@Suite struct S3ClientTests {
  private let location = S3Location(bucket: "b", key: "k")
  private var call: S3Call { S3Call("GET", location, name: "s3://b/k", action: "s3:GetObject") }

  @Test(arguments: [
    FakeS3.error(503, "SlowDown"), FakeS3.error(500, "InternalError"), ServedAnswer(502, text: "<html>"),
    FakeS3.error(400, "RequestTimeout"), .dropped, ServedAnswer(200, text: "12345").cut(by: 1),
  ])
  func whatMayPassIsTriedAgain(_ fault: ServedAnswer) throws {
    let answers = ServedAnswers([fault, fault, ServedAnswer(200, text: "good")])
    try withClient({ answers.next($0) }) { client, server in
      let response = try client.perform(call)
      #expect(response.body == Array("good".utf8))
      #expect(server.requests.count == 3)
      #expect(client.traffic.value.requestCount == 3)
      #expect(client.traffic.value.retryCount == 2)
    }
  }

  @Test func itIsGivenUpInTheEnd() throws {
    try withClient(attempts: 3, { _ in FakeS3.error(503, "SlowDown", message: "Please.") }) { client, server in
      let error = diagnosis { try client.perform(call) }
      #expect(error?.code == "s3.unavailable")
      #expect(error?.summary == "the service cannot do it now (SlowDown: Please.)")
      #expect(server.requests.count == 3)
    }
    try withClient(attempts: 2, { _ in .dropped }) { client, server in
      let error = diagnosis { try client.perform(call) }
      #expect(error?.code == "s3.unreachable")
      #expect(error?.summary.hasSuffix("(tried 2 times)") == true)
      #expect(error?.summary.contains(server.url) == true)
      #expect(server.requests.count == 2)
    }
  }

  @Test func refusalsAreNotTriedAgain() throws {
    try withClient({ _ in FakeS3.error(403, "AccessDenied") }) { client, server in
      #expect(diagnosis { try client.perform(call) }?.code == "s3.access-denied")
      #expect(server.requests.count == 1)
      var expecting = call
      expecting.expected = [403]
      let response = try client.perform(expecting)
      #expect(response.status == 403)
    }
  }

  @Test func aBodyThatDoesNotFillItsPlaceIsTriedAgain() throws {
    let answers = ServedAnswers([ServedAnswer(206, text: "1234"), ServedAnswer(206, text: "12345")])
    try withClient({ answers.next($0) }) { client, server in
      var memory = [UInt8](repeating: 0, count: 5)
      _ = try memory.withUnsafeMutableBytes { try client.perform(call, into: $0) }
      #expect(memory == Array("12345".utf8))
      #expect(server.requests.count == 2)
    }
  }

  @Test(arguments: ["0", "0.1", "-5", "nan", "Wed, 21 Oct 2026 07:28:00 GMT", ""]) func retryAfterIsHeeded(
    _ text: String
  ) throws {
    let answers = ServedAnswers([
      ServedAnswer(503, headers: [("Retry-After", text)]), ServedAnswer(200, text: "good"),
    ])
    let response = try withClient({ answers.next($0) }) { client, _ in try client.perform(call) }
    #expect(response.status == 200)
  }

  /// The credentials are a file's, which is another one when it is read again.
  @Test func expiredCredentialsAreFetchedAnewOnce() throws {
    let reads = Count()
    try HTTPTestServer.serving({ request in
      request.headers["authorization"]?.contains("Credential=KEY1/") == true
        ? ServedAnswer(200) : FakeS3.error(400, "ExpiredToken")
    }) { server in
      func client(_ key: @escaping @Sendable () -> String) throws -> S3Client {
        var surroundings = fakeSurroundings(["AWS_ENDPOINT_URL_S3": server.url])
        surroundings.readFile = { path in
          guard path.hasSuffix("/credentials") else { return nil }
          return Array(
            "[default]\naws_access_key_id = \(key())\naws_secret_access_key = \(testSecret)\naws_session_token = T\n"
              .utf8)
        }
        return try testClient(of: server, surroundings: surroundings)
      }
      // The configuration reads it as well, before any request.
      let first = try client { reads.value == 0 ? "KEY0" : "KEY1" }
      _ = diagnosis { try first.provider.credentials() }
      reads.next()
      #expect(try first.perform(call).status == 200)
      #expect(server.requests.count == 2)
      // The same ones again are of no use; others that have expired too are not tried for ever.
      let same = try client { "KEY0" }
      #expect(diagnosis { try same.perform(call) }?.code == "s3.credentials-expired")
      #expect(server.requests.count == 3)
      // A call that begins after another one found that they have ended: it is not sent, and names its own object.
      let later = diagnosis { try same.perform(call) }
      #expect(later?.code == "s3.credentials-expired" && later?.place.file == call.name)
      #expect(server.requests.count == 3)
      let others = Count()
      let ever = try client { "OTHER\(others.next())" }
      let error = diagnosis { try ever.perform(call) }
      #expect(error?.code == "s3.credentials-expired")
      #expect(server.requests.count == 5)
      #expect(error.map { !shownText(of: $0).contains(testSecret) } == true)
    }
  }

  @Test func requestsBearTheirDigests() throws {
    try withClient({ _ in ServedAnswer(200) }) { client, server in
      var put = S3Call("PUT", location, action: "s3:PutObject")
      put.query = [("b", "2"), ("a", "")]
      try Array("abc".utf8).withUnsafeBytes { _ = try client.perform(put, body: $0) }
      let request = try #require(server.requests.first)
      #expect(request.target == "/b/k?a=&b=2")
      #expect(
        request.headers["x-amz-content-sha256"] == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
      #expect(request.headers["content-type"] == "application/octet-stream")
      #expect(request.headers["authorization"]?.contains("/eu-central-1/s3/aws4_request") == true)
      #expect(client.traffic.value.sentByteCount == 3)
    }
  }

  @Test func anonymousRequestsAreNotSigned() throws {
    try HTTPTestServer.serving({ _ in ServedAnswer(200) }) { server in
      let client = try testClient(
        of: server, surroundings: fakeSurroundings(["AWS_ENDPOINT_URL": server.url, "COLONNADE_S3_ANONYMOUS": "1"]))
      _ = try client.perform(call)
      #expect(server.requests.first?.headers["authorization"] == nil)
    }
  }
}
