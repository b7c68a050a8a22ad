// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import S3Storage

/// Pushes secrets that can be recognised through every way to fail, and looks for them in all that errors show.
@Suite struct SecretsTests {
  /// `SECRET` is in each secret, and in nothing else.
  private static let keys = """
    aws_access_key_id = AKID
    aws_secret_access_key = KEY-SECRET/+=1
    aws_session_token = TOKEN-SECRET==

    """

  private static let config = "/home/u/.aws/config"
  private static let credentialsFile = "/home/u/.aws/credentials"

  /// What is shown, without the name of a variable that messages may hold.
  private static func shownText(_ error: any Error) -> String {
    S3StorageTests.shownText(of: error).replacing("AWS_SECRET_ACCESS_KEY", with: "")
  }

  /// Surroundings that lead to each source.
  private static let environments: [[String: String]] = [
    ["AWS_ACCESS_KEY_ID": "AKID"], ["AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "bad SECRET\n"],
    ["AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "SECRET", "AWS_SESSION_TOKEN": "bad SECRET\n"],
    ["AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "SECRET", "AWS_CREDENTIAL_EXPIRATION": "SECRET"],
    [
      "AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "SECRET",
      "AWS_CREDENTIAL_EXPIRATION": "2025-01-01T00:00:00Z",
    ],
    ["AWS_PROFILE": "role"], ["AWS_PROFILE": "process"], ["AWS_PROFILE": "web"], ["AWS_PROFILE": "half"],
    ["AWS_PROFILE": "circle"],
    ["AWS_PROFILE": "swallowed"], ["AWS_PROFILE": "lost"], ["AWS_PROFILE": "sso"], ["AWS_PROFILE": "mfa"],
    ["AWS_PROFILE": "services"],
    ["AWS_PROFILE": "style"],
    ["AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://localhost/SECRET", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "SECRET"],
    ["AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://elsewhere/SECRET", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "SECRET"],
    [
      "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://u:SECRET@localhost/", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "SECRET",
    ],
    ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "SECRET"],
    ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/x", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "SECRET\r\nx: y"],
    ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/x", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "/token"],
    ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/x", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "/bad-token"],
    ["AWS_WEB_IDENTITY_TOKEN_FILE": "/token"], ["AWS_WEB_IDENTITY_TOKEN_FILE": "/token", "AWS_ROLE_ARN": "arn:role"],
    ["AWS_WEB_IDENTITY_TOKEN_FILE": "/bad-token", "AWS_ROLE_ARN": "arn:role"],
    ["AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://SECRET@x"], [:], ["AWS_ENDPOINT_URL": "http://u:SECRET@x"],
    ["AWS_MAX_ATTEMPTS": "SECRET"], ["AWS_REGION": "SECRET!"], ["COLONNADE_S3_ANONYMOUS": "SECRET"],
  ]

  private static let files = [
    config: """
    [profile role]
    role_arn = arn:aws:iam::1:role/r
    source_profile = keys
    external_id = EXTERNAL-SECRET/1
    [profile process]
    credential_process = /opt/give --password SECRET
    [profile web]
    role_arn = arn:aws:iam::1:role/w
    web_identity_token_file = /token
    [profile keys]
    \(keys)
    [profile half]
    aws_access_key_id = AKID
    aws_session_token = SECRET
    [profile circle]
    role_arn = arn:aws:iam::1:role/c
    external_id = SECRET
    source_profile = circle
    [profile swallowed]
    role_arn = arn:aws:iam::1:role/s
      aws_secret_access_key = SECRET
    [profile lost]
    role_arn = arn:aws:iam::1:role/l
    external_id = SECRET
    source_profile = nobody
    [profile sso]
    sso_account_id = 1
    aws_secret_access_key = SECRET
    [profile mfa]
    role_arn = arn:aws:iam::1:role/m
    mfa_serial = arn:aws:iam::1:mfa/u
    external_id = SECRET
    source_profile = keys
    [profile services]
    services = nothing
    aws_secret_access_key = SECRET
    [profile style]
    s3 =
      addressing_style = SECRET
    """,
    "/token": "WEB-SECRET+1\n", "/bad-token": "WEB-SECRET\nSECRET\n",
  ]

  /// A server that repeats all that it was sent, and adds more.
  private func echo(_ status: Int, _ form: @escaping @Sendable (String) -> String) -> FakeTransport {
    FakeTransport { request throws(HTTPFailure) in
      let keys = request.credentials
      var told = [keys?.secretKey, keys?.sessionToken, request.form["ExternalId"], request.form["WebIdentityToken"]]
        .compactMap { $0 }
      told.append(String(decoding: request.body, as: UTF8.self))
      told += request.headers.map(\.value)
      guard status > 0 else { throw HTTPFailure(reason: "failed: " + told.joined(separator: ", "), isTransient: false) }
      return HTTPResponse(status, form(told.joined(separator: ", ")))
    }
  }

  private func transports() -> [FakeTransport] {
    // What only the server knows must be in no error; what it repeats may be in its message.
    let error: @Sendable (String) -> String = { said in
      let text = said.replacing("&", with: "&amp;")
      return "<ErrorResponse><Error><Code>AccessDenied</Code><Message>\(text)</Message></Error></ErrorResponse>"
    }
    let role: @Sendable (String) -> String = { _ in
      "<R><RResult><Credentials><AccessKeyId>A</AccessKeyId><SecretAccessKey>SECRET</SecretAccessKey>"
        + "<SessionToken>SECRET</SessionToken><Expiration>SECRET</Expiration></Credentials></RResult></R>"
    }
    let json: @Sendable (String) -> String = { _ in
      #"{"Code": "SECRET", "AccessKeyId": "A", "SecretAccessKey": "SECRET", "Token": "SECRET", "Expiration": "SECRET"}"#
    }
    let noCode: @Sendable (String) -> String = { said in json(said).replacing(#""Code": "SECRET", "#, with: "") }
    return [
      echo(0, error), echo(403, error), echo(500, error), echo(400, { $0 }), echo(200, role), echo(200, json),
      echo(200, noCode),
      echo(403, { $0.replacing("%", with: "%%") }), echo(200, { _ in "SECRET" }), echo(404, json), .silent,
    ]
  }

  @Test func noErrorHoldsASecret() throws {
    let outputs =
      [
        (0, "SECRET"), (1, "SECRET"), (0, #"{"Version": "SECRET"}"#),
        (0, #"{"Version": 1, "SecretAccessKey": "SECRET"}"#),
        (0, #"{"Version": 1, "AccessKeyId": "A", "SecretAccessKey": "SECRET", "Expiration": "SECRET"}"#),
        (0, #"{"Version": 1, "AccessKeyId": "A", "SecretAccessKey": "bad SECRET"}"#),
      ] as [(Int32, String)]
    var kinds: Set<String> = []
    var failures = 0
    for environment in Self.environments {
      for transport in transports() {
        for output in outputs {
          let surroundings = fakeSurroundings(environment, files: Self.files, run: { _ in output })
          do {
            let configuration = try AWSConfiguration(surroundings)
            let provider = CredentialProvider(
              configuration: configuration, transport: transport, surroundings: surroundings)
            let found = try #require(try provider.credentials())
            #expect(!"\(found) \(String(reflecting: found)) \([found])".contains("SECRET"))
          } catch let error as S3CredentialError {
            failures += 1
            kinds.insert(error.code)
            let shown = Self.shownText(error)
            #expect(!shown.contains("SECRET"), "\(environment.keys.sorted()): \(shown)")
          }
        }
      }
    }
    #expect(failures > 1000)
    let all = Set(S3CredentialError.Kind.allCases.map(\.rawValue))
    #expect(all.subtracting(kinds) == ["s3.no-region"])
  }

  /// Files whose lines are cut, joined or moved show no secret either, whatever profile is asked for.
  @Test func noErrorHoldsASecretOfADamagedFile() throws {
    var random = RandomSource(seed: 23)
    let whole = Array((Self.files[Self.config] ?? "").utf8)
    let marks = Array("[]=: \n\t#".utf8)
    let profiles = Self.environments.compactMap { $0["AWS_PROFILE"] }
    for round in 0..<3_000 {
      var damaged = whole
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let place = Int.random(in: 0..<damaged.count, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: damaged.remove(at: place)
        case 1: damaged.insert(marks.randomElement(using: &random) ?? 0, at: place)
        default: damaged[place] = marks.randomElement(using: &random) ?? 0
        }
      }
      let files = Self.files.merging([Self.config: String(decoding: damaged, as: UTF8.self)]) { $1 }
      let profile = profiles.randomElement(using: &random) ?? ""
      let surroundings = fakeSurroundings(["AWS_PROFILE": profile], files: files, run: { _ in (1, "") })
      do {
        let configuration = try AWSConfiguration(surroundings)
        _ = try CredentialChain(configuration, surroundings, FakeTransport.silent).find()
      } catch {
        let shown = Self.shownText(error)
        #expect(!shown.contains("SECRET"), "round \(round), \(profile): \(shown)")
      }
    }
  }

  @Test func credentialsShowNoSecret() {
    let credentials = Credentials(accessKey: "a", secretKey: "SECRET", sessionToken: "SECRET", origin: "environment")
    var dumped = ""
    dump(["x": credentials], to: &dumped)
    let request = { () -> HTTPRequest in
      var request = HTTPRequest("GET", "http://h")
      request.credentials = credentials
      return request
    }()
    #expect("\(credentials)" == "credentials from environment")
    #expect(!"\(credentials) \(String(reflecting: Optional(credentials))) \(request)".contains("SECRET"))
    #expect(dumped.contains("SECRET") == false)
  }
}
