// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import S3Storage

private let config = "/home/u/.aws/config"
private let credentialsFile = "/home/u/.aws/credentials"
/// Keys that end the search before any server is asked.
private let staticKeys = "[default]\naws_access_key_id = FILE-KEY\naws_secret_access_key = FILE-SECRET\n"

private func find(_ surroundings: AWSSurroundings, _ transport: FakeTransport = .silent) throws -> Credentials {
  try CredentialChain(AWSConfiguration(surroundings), surroundings, transport).find()
}

private func failure(_ surroundings: AWSSurroundings, _ transport: FakeTransport = .silent) -> S3CredentialError {
  let error = #expect(throws: S3CredentialError.self) { try find(surroundings, transport) }
  return error ?? .noRegion
}

@Suite struct LocalSourceTests {
  @Test func environmentFirst() throws {
    let environment = [
      "AWS_ACCESS_KEY_ID": "ENV-KEY", "AWS_SECRET_ACCESS_KEY": "ENV-SECRET", "AWS_SESSION_TOKEN": "ENV-TOKEN",
      "AWS_CREDENTIAL_EXPIRATION": "2026-01-01T01:00:00+00:00",
    ]
    let found = try find(fakeSurroundings(environment, files: [credentialsFile: staticKeys]))
    #expect(
      found
        == Credentials(
          accessKey: "ENV-KEY", secretKey: "ENV-SECRET", sessionToken: "ENV-TOKEN", expiry: testTime + 3600,
          origin: "the environment"))
    #expect(
      failure(fakeSurroundings(["AWS_ACCESS_KEY_ID": "a"], files: [credentialsFile: staticKeys])).kind == .incomplete)
    let ended = environment.merging(["AWS_CREDENTIAL_EXPIRATION": "2026-01-01T00:00:00Z"]) { $1 }
    #expect(failure(fakeSurroundings(ended)).code == "s3.credentials-expired")
    let senseless = environment.merging(["AWS_CREDENTIAL_EXPIRATION": "tomorrow"]) { $1 }
    #expect(failure(fakeSurroundings(senseless)).kind == .badSetting)
    let broken = environment.merging(["AWS_SESSION_TOKEN": "two\nlines"]) { $1 }
    #expect(failure(fakeSurroundings(broken)).kind == .incomplete)
  }

  @Test func credentialsFileBeforeConfigFile() throws {
    let inConfig = "[profile x]\naws_access_key_id = CONFIG-KEY\naws_secret_access_key = S\naws_session_token = T\n"
    let inFile = "[x]\naws_access_key_id = FILE-KEY\naws_secret_access_key = S\n"
    let environment = ["AWS_PROFILE": "x"]
    let both = try find(fakeSurroundings(environment, files: [config: inConfig, credentialsFile: inFile]))
    #expect(
      both.accessKey == "FILE-KEY" && both.sessionToken == nil && both.origin == "profile \"x\" of \(credentialsFile)")
    #expect(try find(fakeSurroundings(environment, files: [config: inConfig])).sessionToken == "T")
    let half = failure(fakeSurroundings(environment, files: [credentialsFile: "\n[x]\naws_access_key_id = K\n"]))
    #expect(half.kind == .incomplete && half.place.file == credentialsFile && half.place.line == 3)
  }

  @Test func nothingAnywhereSaysWhereItLooked() {
    let error = failure(
      fakeSurroundings(files: [credentialsFile: "[other]\nx = 1\n", config: "[default]\nregion = eu-west-1\n"]))
    #expect(error.code == "s3.no-credentials")
    let starts = [
      "environment: ", "profile \"default\": ", "web identity: ", credentialsFile, config, "container: ",
      "instance metadata: ",
    ]
    #expect(error.details.count == starts.count)
    for (line, start) in zip(error.details, starts) { #expect(line.hasPrefix("looked at " + start), "\(line)") }
    #expect(error.details.last?.contains("Connection timed out") == true)
    #expect(failure(fakeSurroundings()).details.contains("looked at \(config): does not exist"))
  }

  @Test func programsOfProfiles() throws {
    let text = "[default]\ncredential_process = /opt/give keys --for 'a b'\n"
    let run: @Sendable ([String]) throws -> (status: Int32, output: String) = { words in
      guard words == ["/opt/give", "keys", "--for", "a b"] else { throw SurroundingsFault(reason: "wrong words") }
      return (
        0,
        #"{"Version": 1, "AccessKeyId": "P-KEY", "SecretAccessKey": "P-SECRET", "SessionToken": "T", "Expiration": "2026-01-01T01:00:00Z"}"#
      )
    }
    let found = try find(fakeSurroundings(files: [config: text], run: run))
    #expect(found.accessKey == "P-KEY" && found.sessionToken == "T" && found.expiry == testTime + 3600)
    for (status, output) in [
      (3, ""), (0, "no JSON"), (0, #"{"AccessKeyId": "a", "SecretAccessKey": "b"}"#), (0, #"{"Version": 2}"#),
      (0, #"{"Version": 1, "AccessKeyId": "a"}"#),
    ] as [(Int32, String)] {
      let error = failure(fakeSurroundings(files: [config: text], run: { _ in (status, output) }))
      #expect(
        error.code == "s3.credential-source-failed" && error.place.line == 2 && error.place.file == config, "\(output)")
    }
    #expect(failure(fakeSurroundings(files: [config: text])).summary.contains("No such file"))
    #expect(failure(fakeSurroundings(files: [config: "[default]\ncredential_process = 'x\n"])).kind == .sourceFailed)
    // Keys of the credentials file go before, keys of the config file after.
    #expect(try find(fakeSurroundings(files: [config: text, credentialsFile: staticKeys])).accessKey == "FILE-KEY")
    let withKeys = text + "aws_access_key_id = C\naws_secret_access_key = S\n"
    #expect(try find(fakeSurroundings(files: [config: withKeys], run: run)).accessKey == "P-KEY")
  }

  @Test(arguments: ["sso_account_id = 1\nsso_session = s", "login_session = arn"])
  func signInsAreLeftToTheAWSTool(settings: String) {
    let error = failure(fakeSurroundings(["AWS_PROFILE": "it's"], files: [config: "[profile \"it's\"]\n\(settings)\n"]))
    #expect(error.code == "s3.needs-login" && error.place.line == 2)
    #expect(error.advice?.contains("aws configure export-credentials --profile 'it'\\''s' --format env") == true)
  }
}

@Suite struct RoleSourceTests {
  private let roles = """
    [profile top]
    role_arn = arn:aws:iam::1:role/top
    source_profile = middle
    external_id = EXT/1
    duration_seconds = 900
    region = eu-west-1
    [profile middle]
    role_arn = arn:aws:iam::1:role/middle
    role_session_name = me
    source_profile = default

    """

  @Test func aChainOfRoles() throws {
    let transport = FakeTransport { request in roleReply(key: "KEY-OF-" + (request.form["RoleArn"] ?? "").suffix(6)) }
    let found = try find(
      fakeSurroundings(["AWS_PROFILE": "top"], files: [config: roles, credentialsFile: staticKeys]), transport)
    #expect(
      found.accessKey == "KEY-OF-le/top" && found.secretKey == "ROLE-SECRET" && found.sessionToken == "ROLE-TOKEN")
    #expect(found.expiry == testTime + 3600 && found.origin == "role arn:aws:iam::1:role/top of profile \"top\"")

    let requests = transport.requests
    #expect(requests.count == 2)
    #expect(requests.allSatisfy { $0.method == "POST" && $0.url == "https://sts.eu-west-1.amazonaws.com/" })
    #expect(requests.allSatisfy { $0.signingService == "sts" && $0.signingRegion == "eu-west-1" })
    #expect(requests[0].credentials?.accessKey == "FILE-KEY" && requests[1].credentials?.accessKey == "KEY-OF-middle")
    let version = ["Version": "2011-06-15", "Action": "AssumeRole"]
    #expect(
      requests[0].form == version.merging(["RoleArn": "arn:aws:iam::1:role/middle", "RoleSessionName": "me"]) { $1 })
    #expect(
      requests[1].form
        == version.merging([
          "RoleArn": "arn:aws:iam::1:role/top", "RoleSessionName": "colonnade-1767225600", "ExternalId": "EXT/1",
          "DurationSeconds": "900",
        ]) { $1 })
  }

  @Test func aProfileMayTakeItsOwnKeysToItsRole() throws {
    let text = staticKeys + "role_arn = arn:1\nsource_profile = default\n"
    let transport = FakeTransport { _ in roleReply(key: "R") }
    #expect(try find(fakeSurroundings(files: [config: text]), transport).accessKey == "R")
    #expect(transport.requests.first?.credentials?.accessKey == "FILE-KEY")
  }

  @Test(
    arguments: [
      ("role_arn = r\nsource_profile = default", .badProfile, 3),
      ("role_arn = r\nsource_profile = none", .badProfile, 3),
      ("role_arn = r", .badProfile, 2),
      ("role_arn = r\nsource_profile = b\n[profile b]\nrole_arn = r\nsource_profile = default", .badProfile, 6),
      ("role_arn = r\nsource_profile = b\ncredential_source = Environment", .badProfile, 4),
      ("role_arn = r\ncredential_source = Elsewhere", .badSetting, 3),
      ("role_arn = r\ncredential_source = Environment", .noCredentials, 3),
      ("role_arn = r\nsource_profile = b\n[profile b]\nregion = eu-west-1", .noCredentials, 3),
      ("role_arn = r\nsource_profile = b\nduration_seconds = long", .badSetting, 4),
      ("role_arn = r\nsource_profile = b\nmfa_serial = m", .needsLogin, 4),
      ("web_identity_token_file = /t", .incomplete, 2),
    ] as [(String, S3CredentialError.Kind, Int)])
  func rolesThatCannotBe(settings: String, kind: S3CredentialError.Kind, line: Int) {
    let error = failure(fakeSurroundings(files: [config: "[default]\n\(settings)\n", "/t": "T"]))
    #expect(
      error.kind == kind && error.place.line == line && error.place.file == config,
      "\(settings): \(shownText(of: error))")
  }

  @Test func webIdentityByVariablesThenProfile() throws {
    let text = "[default]\nrole_arn = arn:profile\nweb_identity_token_file = /profile-token\nrole_session_name = n\n"
    let files = [config: text, "/profile-token": "PROFILE-TOKEN\n", "/token": "WEB+TOKEN"]
    let transport = FakeTransport { _ in roleReply(key: "W", action: "AssumeRoleWithWebIdentity") }
    #expect(try find(fakeSurroundings(files: files), transport).accessKey == "W")
    let environment = ["AWS_WEB_IDENTITY_TOKEN_FILE": "/token", "AWS_ROLE_ARN": "arn:env", "AWS_REGION": "eu-west-1"]
    #expect(
      try find(fakeSurroundings(environment, files: files), transport).origin == "role arn:env of profile \"default\"")
    #expect(transport.requests.map { $0.form["WebIdentityToken"] } == ["PROFILE-TOKEN", "WEB+TOKEN"])
    #expect(transport.requests.map { $0.form["RoleArn"] } == ["arn:profile", "arn:env"])
    #expect(transport.requests.allSatisfy { $0.credentials == nil && $0.form["Action"] == "AssumeRoleWithWebIdentity" })
    #expect(transport.requests.allSatisfy { !$0.url.contains("TOKEN") })
    let missing = failure(fakeSurroundings(environment))
    #expect(missing.kind == .sourceFailed && missing.place.file == "/token")
  }

  @Test func refusalsOfSTSSayWhatToAllow() {
    let files = [config: roles, credentialsFile: staticKeys]
    func failed(_ response: HTTPResponse) -> S3CredentialError {
      failure(fakeSurroundings(["AWS_PROFILE": "middle"], files: files), FakeTransport { _ in response })
    }
    func body(_ code: String) -> String {
      "<ErrorResponse><Error><Type>Sender</Type><Code>\(code)</Code><Message>User u may not sts:AssumeRole</Message></Error></ErrorResponse>"
    }
    let denied = failed(HTTPResponse(403, body("AccessDenied")))
    #expect(denied.kind == .sourceFailed && denied.summary.hasSuffix("AccessDenied: User u may not sts:AssumeRole"))
    #expect(denied.advice?.contains("trust policy must allow sts:AssumeRole") == true)
    #expect(failed(HTTPResponse(403, body("ExpiredToken"))).kind == .expired)
    #expect(failed(HTTPResponse(400, "no XML")).summary.hasSuffix("status 400"))
    #expect(failed(HTTPResponse(200, "<a/>")).kind == .sourceFailed)
    #expect(failed(roleReply(key: "")).kind == .sourceFailed)
  }

  @Test func noAnswerAndServerFaultsAreTriedAgain() throws {
    let files = [config: roles, credentialsFile: staticKeys]
    let surroundings = fakeSurroundings(["AWS_PROFILE": "middle", "AWS_MAX_ATTEMPTS": "4"], files: files)
    let answers = Answers([
      nil, HTTPResponse(503), HTTPResponse(400, "<E><Error><Code>Throttling</Code></Error></E>"), roleReply(key: "R"),
    ])
    let transport = FakeTransport { _ throws(HTTPFailure) in try answers.next() }
    #expect(try find(surroundings, transport).accessKey == "R" && transport.requests.count == 4)
    let broken = FakeTransport { _ in HTTPResponse(500) }
    #expect(failure(surroundings, broken).kind == .sourceFailed && broken.requests.count == 4)
    let refused = FakeTransport { _ throws(HTTPFailure) in
      throw HTTPFailure(reason: "bad certificate", isTransient: false)
    }
    #expect(failure(surroundings, refused).summary.contains("bad certificate") && refused.requests.count == 1)
  }
}

@Suite struct ServerSourceTests {
  @Test func containersByPathOrAddress() throws {
    let transport = FakeTransport { _ in serverReply("C") }
    let byPath = [
      "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/x?id=1",
      "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://evil.example/",
    ]
    let found = try find(fakeSurroundings(byPath), transport)
    #expect(found.accessKey == "C-KEY" && found.sessionToken == "C-TOKEN" && found.expiry == testTime + 3600)
    let byAddress = [
      "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://169.254.170.23/v1/c",
      "AWS_CONTAINER_AUTHORIZATION_TOKEN": "Basic X",
    ]
    _ = try find(fakeSurroundings(byAddress), transport)
    let byFile = byAddress.merging(["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "/t"]) { $1 }
    _ = try find(fakeSurroundings(byFile, files: ["/t": "FILE-TOKEN\n"]), transport)
    #expect(
      transport.requests.map(\.url) == [
        "http://169.254.170.2/v2/x?id=1", "http://169.254.170.23/v1/c", "http://169.254.170.23/v1/c",
      ])
    #expect(transport.requests.map { $0.header("authorization") } == [nil, "Basic X", "FILE-TOKEN"])
    #expect(transport.requests.allSatisfy { $0.method == "GET" && $0.credentials == nil && $0.timeout == 2 })
    #expect(failure(fakeSurroundings(byFile), transport).place.file == "/t")
    #expect(transport.requests.count == 3)
  }

  @Test(
    arguments: [
      ("https://anywhere.example/x", true), ("http://localhost/x", true), ("http://127.8.9.1:80/x", true),
      ("http://[::1]/x", true),
      ("HTTP://LOCALHOST:1/x", true), ("http://[fd00:ec2::23]/v1", true), ("http://example.com/", false),
      ("http://169.254.170.2.example.com/", false), ("http://localhost@example.com/", false),
      ("http://127.0.0.1.example.com/", false),
      ("http://127.1/", false), ("http://[::2]/", false), ("ftp://localhost/", false), ("localhost", false),
      ("http://[::1].example/", false),
      ("http://example.com\\@localhost/", false), ("http://2130706433/", false),
    ] as [(String, Bool)])
  func whereContainersMayAsk(url: String, isAllowed: Bool) throws {
    let transport = FakeTransport { _ in serverReply("C") }
    let surroundings = fakeSurroundings([
      "AWS_CONTAINER_CREDENTIALS_FULL_URI": url, "AWS_CONTAINER_AUTHORIZATION_TOKEN": "T",
    ])
    if isAllowed {
      #expect(try find(surroundings, transport).accessKey == "C-KEY")
    } else {
      #expect(failure(surroundings, transport).kind == .badSetting)
      #expect(transport.requests.isEmpty)
    }
  }

  @Test func containersThatFailEndTheSearch() {
    for response in [HTTPResponse(500), HTTPResponse(200, "x"), HTTPResponse(200, #"{"AccessKeyId": "a"}"#)] {
      let transport = FakeTransport { _ in response }
      let error = failure(fakeSurroundings(["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/x"]), transport)
      #expect(error.kind == .sourceFailed && transport.requests.count == 3)
    }
    #expect(failure(fakeSurroundings(["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "@evil.example/"])).kind == .badSetting)
  }

  @Test func instancesByTheSecondVersionOnly() throws {
    let transport = FakeTransport { request in
      if request.method == "PUT" { return HTTPResponse(200, "METADATA-TOKEN") }
      return request.url.hasSuffix("/") ? HTTPResponse(200, "my-role\n") : serverReply("I")
    }
    let found = try find(fakeSurroundings(), transport)
    #expect(found.accessKey == "I-KEY" && found.expiry == testTime + 3600)
    let requests = transport.requests
    let base = "http://169.254.169.254/latest/"
    let list = base + "meta-data/iam/security-credentials/"
    #expect(requests.map(\.url) == [base + "api/token", list, list + "my-role"])
    #expect(requests[0].method == "PUT" && requests[0].header("x-aws-ec2-metadata-token-ttl-seconds") == "21600")
    #expect(
      requests[1...].allSatisfy { $0.header("x-aws-ec2-metadata-token") == "METADATA-TOKEN" && $0.method == "GET" })
    #expect(requests.allSatisfy { $0.connectTimeout == 1 && $0.timeout == 1 })
    // Without a token nothing is asked by the first version.
    for response in [HTTPResponse(403), HTTPResponse(404), HTTPResponse(200, "")] {
      let old = FakeTransport { _ in response }
      #expect(failure(fakeSurroundings(), old).kind == .noCredentials && old.requests.count == 1)
    }
  }

  @Test func instancesElsewhereOrNowhere() throws {
    let transport = FakeTransport { request in
      if request.method == "PUT" { return HTTPResponse(200, "T") }
      if request.url.hasSuffix("region") { return HTTPResponse(200, "eu-west-1") }
      return request.url.hasSuffix("/") ? HTTPResponse(200, "r") : serverReply("I")
    }
    _ = try find(fakeSurroundings(["AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE": "IPv6"]), transport)
    #expect(transport.requests.last?.url == "http://[fd00:ec2::254]/latest/meta-data/iam/security-credentials/r")
    let surroundings = fakeSurroundings(files: [
      config: "[default]\nec2_metadata_service_endpoint = http://127.0.0.1:1338/\n"
    ])
    _ = try find(surroundings, transport)
    #expect(transport.requests.last?.url.hasPrefix("http://127.0.0.1:1338/latest/meta-data/") == true)
    #expect(try InstanceMetadata(surroundings, SharedProfiles(surroundings), transport).region() == "eu-west-1")
    #expect(
      failure(fakeSurroundings(["AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE": "IPv5"]), transport).kind == .badSetting)
    let count = transport.requests.count
    let disabled = failure(fakeSurroundings(["AWS_EC2_METADATA_DISABLED": "True"]), transport)
    #expect(
      disabled.details.last == "looked at instance metadata: AWS_EC2_METADATA_DISABLED is set"
        && transport.requests.count == count)
    let patient = FakeTransport.silent
    _ = failure(
      fakeSurroundings(["AWS_METADATA_SERVICE_TIMEOUT": "3", "AWS_METADATA_SERVICE_NUM_ATTEMPTS": "2"]), patient)
    #expect(patient.requests.map(\.timeout) == [3, 3])
  }

  @Test func instancesInTrouble() throws {
    func instance(_ reply: HTTPResponse) -> FakeTransport {
      FakeTransport { request in
        if request.method == "PUT" { return HTTPResponse(200, "T") }
        return request.url.hasSuffix("/") ? HTTPResponse(200, "r") : reply
      }
    }
    let unusable = failure(
      fakeSurroundings(), instance(HTTPResponse(200, #"{"Code": "AssumeRoleUnauthorizedAccess", "Message": "m"}"#)))
    #expect(unusable.kind == .noCredentials && unusable.details.last?.contains("ec2.amazonaws.com") == true)
    #expect(
      failure(fakeSurroundings(), instance(HTTPResponse(404))).details.last
        == "looked at instance metadata: the instance has no role")
    // In an outage, credentials that have ended are given out, and taken.
    let kept = try find(fakeSurroundings(), instance(serverReply("I", expiration: "2025-12-31T23:00:00Z")))
    #expect(kept.accessKey == "I-KEY" && kept.expiry == testTime + 900)
  }
}
