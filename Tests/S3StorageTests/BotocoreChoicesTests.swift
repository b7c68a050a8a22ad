// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Testing

@testable import S3Storage

/// The choices of botocore in random surroundings, which `botocore_choices.py` wrote down.
@Suite struct BotocoreChoicesTests {
  /// What botocore said: a value, or that it refused.
  enum Answer<Value: Decodable & Equatable>: Decodable, Equatable {
    case value(Value?)
    case refusal

    private struct Refusal: Decodable { var error: String }

    init(from decoder: any Decoder) throws {
      if (try? Refusal(from: decoder)) != nil {
        self = .refusal
      } else {
        self = .value(try Value?(from: decoder))
      }
    }
  }

  struct Found: Decodable, Equatable {
    var key: String
    var secret: String
    var token: String?
  }

  struct Case: Decodable {
    struct Answers: Decodable {
      var profile: Answer<String>
      var region: Answer<String>
      var s3: Answer<String>
      var sts: Answer<String>
      var credentials: Answer<Found>
      var style: Answer<String>
      var attempts: Answer<Int>
      var ca: Answer<String>
    }

    var environment: [String: String]
    var instance: Bool
    var files: [String: String]
    var answers: Answers
  }

  private static let home = "HOMEFOLDER"

  private static func cases() throws -> [Case] {
    let path = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
    let bytes = try #require(try AWSSurroundings.ofProcess().readFile(path + "/BotocoreChoices.jsonl"))
    return try bytes.split(separator: UInt8(ascii: "\n")).map { try JSONDecoder().decode(Case.self, from: Data($0)) }
  }

  private func surroundings(_ test: Case) -> AWSSurroundings {
    func placed(_ text: String) -> String { text.replacing("TOKENFILE", with: Self.home + "/token") }
    let files = test.files.map { (Self.home + "/" + $0.key, Array(placed($0.value).utf8)) }
    var surroundings = fakeSurroundings(test.environment.mapValues(placed))
    surroundings.environment["HOME"] = Self.home
    let byPath = Dictionary(uniqueKeysWithValues: files)
    surroundings.readFile = { byPath[$0] }
    surroundings.run = { words, _ in try runProgram(words, environment: ["PATH": "/usr/bin:/bin"]) }
    return surroundings
  }

  /// The servers that the script stands in for.
  private func servers(hasInstance: Bool) -> FakeTransport {
    FakeTransport { request throws(HTTPFailure) in
      if request.method == "POST" { return Self.role(request) }
      guard request.url.hasPrefix("http://169.254.169.254/") else {
        return serverReply("CONTAINER", expiration: "2099-01-01T00:00:00Z")
      }
      guard hasInstance else { throw HTTPFailure(reason: "Connection timed out", isTransient: true) }
      if request.method == "PUT" { return HTTPResponse(200, "METADATA-TOKEN") }
      guard request.header("x-aws-ec2-metadata-token") == "METADATA-TOKEN" else { return HTTPResponse(401) }
      if request.url.hasSuffix("/security-credentials/") { return HTTPResponse(200, "r") }
      return serverReply("INSTANCE", expiration: "2099-01-01T00:00:00Z")
    }
  }

  private static func role(_ request: HTTPRequest) -> HTTPResponse {
    let form = request.form
    let isWebIdentity = form["Action"] == "AssumeRoleWithWebIdentity"
    guard (request.credentials == nil) == isWebIdentity else { return HTTPResponse(403) }
    var told = [isWebIdentity ? "web" : "role", form["RoleArn"], form["ExternalId"], form["DurationSeconds"]]
    told.append(request.credentials?.accessKey ?? form["WebIdentityToken"])
    if let name = form["RoleSessionName"], !name.hasPrefix("colonnade-") { told.append(name) }
    let key = told.compactMap { $0 }.joined(separator: "/")
    return roleReply(key: key, expiration: "2099-01-01T00:00:00Z", action: form["Action"] ?? "")
  }

  @Test func choicesAreThoseOfBotocore() throws {
    let cases = try Self.cases()
    #expect(cases.count >= 150)
    var sources: [String: Int] = [:]
    for (number, test) in cases.enumerated() {
      let surroundings = surroundings(test)
      let answers = test.answers
      let configuration: AWSConfiguration
      do { configuration = try AWSConfiguration(surroundings) } catch {
        // botocore forgets that FIPS is asked for where an endpoint is set: here that is refused, and no other setting of these is.
        let isRefused =
          answers.profile == .refusal || answers.s3 == .refusal || answers.sts == .refusal || error.kind == .badSetting
        #expect(isRefused, "line \(number + 1): \(shownText(of: error))")
        continue
      }
      compare(configuration, answers, number)

      let transport = servers(hasInstance: test.instance)
      var chosen: Answer<Found>
      var said = ""
      do {
        let found = try CredentialChain(configuration, surroundings, transport).find()
        chosen = .value(Found(key: found.accessKey, secret: found.secretKey, token: found.sessionToken))
        sources[String(found.accessKey.prefix(4)), default: 0] += 1
      } catch {
        chosen = error.kind == .noCredentials && error.place.line == nil ? .value(nil) : .refusal
        said = shownText(of: error)
        sources[chosen == .refusal ? "refusal" : "none", default: 0] += 1
      }
      #expect(chosen == answers.credentials, "line \(number + 1): \(said)")
    }
    // Each source is chosen somewhere, or the comparison shows little.
    for source in ["ENV-", "FILE", "CONF", "role", "web/", "PROC", "CONT", "INST", "refusal", "none"] {
      #expect(sources[source, default: 0] > 0, "\(source)")
    }
  }

  private func compare(_ configuration: AWSConfiguration, _ answers: Case.Answers, _ number: Int) {
    #expect(answers.profile == .value(configuration.profile), "line \(number + 1)")
    // botocore has no region of its own for custom endpoints.
    var region = answers.region
    if region == .value(nil), configuration.customEndpoint != nil { region = .value("us-east-1") }
    #expect(region == .value(configuration.region), "line \(number + 1)")
    #expect(
      Self.address(answers.s3) == configuration.s3Endpoint(region: configuration.region ?? "us-east-2").url,
      "line \(number + 1)")
    if configuration.region != nil, answers.region != .value(nil) {
      #expect(Self.address(answers.sts) == configuration.stsEndpoint().endpoint.url, "line \(number + 1)")
    }
    #expect(answers.attempts == .value(configuration.maximumAttempts), "line \(number + 1)")
    #expect(answers.ca == .value(configuration.certificateFile), "line \(number + 1)")
    let style = configuration.addressingStyle
    #expect(answers.style == .value(style == .auto ? nil : style.rawValue), "line \(number + 1)")
  }

  private static func address(_ answer: Answer<String>) -> String? {
    guard case .value(let url?) = answer else { return nil }
    return url.hasSuffix("/") ? String(url.dropLast()) : url
  }
}
