// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import ObjectStorage

/// What went wrong between us and an S3 service. Never holds a secret.
public struct S3Error: Diagnosis, Equatable {
  /// Stable kinds; the raw value is the ``Diagnosis/code``.
  public enum Kind: String, Sendable {
    /// The user may not do that: a policy lacks an action.
    case denied = "s3.access-denied"
    /// There is no such bucket.
    case noBucket = "s3.no-bucket"
    /// The bucket lies in another region than the one that was asked.
    case wrongRegion = "s3.wrong-region"
    /// The service does not take these credentials.
    case badCredentials = "s3.bad-credentials"
    /// Temporary credentials that have ended, and no newer ones were found.
    case expiredCredentials = "s3.credentials-expired"
    /// This machine's clock is too far off for signatures.
    case clock = "s3.clock"
    /// The service cannot be reached, or the connection was lost again and again.
    case unreachable = "s3.unreachable"
    /// The service was reached but cannot do it now, again and again.
    case unavailable = "s3.unavailable"
    /// Something is there already, and it was asked not to replace it.
    case exists = "s3.exists"
    /// An object larger than one upload can be.
    case tooLarge = "s3.too-large"
    /// An answer that makes no sense.
    case badAnswer = "s3.bad-answer"
    /// Anything else that the service refuses.
    case refused = "s3.refused"
    /// What the network needs is not installed.
    case noLibrary = "s3.no-library"
  }

  /// What kind of failure it is.
  public let kind: Kind
  /// What was found, one line.
  public let summary: String
  /// The object's address.
  public let place: Place
  /// What to do about it.
  public let advice: String?

  init(_ kind: Kind, name: String, summary: String, advice: String? = nil, byteOffset: Int? = nil) {
    self.kind = kind
    self.summary = summary
    place = Place(file: name, byteOffset: byteOffset)
    self.advice = advice
  }

  /// The kind's stable identifier.
  public var code: String { kind.rawValue }
}

/// What one request to S3 is for.
struct S3Call: Sendable {
  var method: String
  var location: S3Location
  /// The object as the user named it, for messages.
  var name: String
  /// The action that a policy must allow for it ("Actions, resources, and condition keys for Amazon S3").
  var action: String
  var query: [(name: String, value: String)] = []
  var headers: [(name: String, value: String)] = []
  /// Longest time without a byte moving: long where the service works before it answers.
  var stallTimeout = 20.0
  /// SHA-256 of the body, where the caller has taken it already.
  var bodyDigest: [UInt8]?
  /// True: where there are no credentials any more, those of the request before are tried.
  var takesOldCredentials = false
  /// Statuses that the caller deals with: no error is made of them.
  var expected: Set<Int> = []

  init(_ method: String, _ location: S3Location, name: String? = nil, action: String) {
    self.method = method
    self.location = location
    self.name = name ?? location.path
    self.action = action
  }
}

/// What the service said instead of doing as it was asked ("Error responses" of the Amazon S3 API Reference).
struct S3Refusal: Error {
  var status: Int
  /// `NoSuchKey`, …; from the status where there was no body (HEAD).
  var code: String
  /// The service's own words.
  var message: String
  /// The region that a bucket is in or a signature was expected for, if it said so.
  var region: String?

  init(_ response: HTTPResponse) {
    status = response.status
    let root = try? XMLNode.parse(response.body)
    let error = root?.name == "Error" ? root : root?.first("Error")
    code = (error?.first("Code")?.text).map(oneLine) ?? Self.code(ofStatus: response.status)
    message = error?.first("Message")?.text ?? ""
    region = (response.headers["x-amz-bucket-region"] ?? error?.first("Region")?.text).map(oneLine)
  }

  private static func code(ofStatus status: Int) -> String {
    switch status {
    case 301, 307: "PermanentRedirect"
    case 403: "AccessDenied"
    case 404: "NoSuchKey"
    case 412: "PreconditionFailed"
    case 416: "InvalidRange"
    case 503: "ServiceUnavailable"
    default: "status \(status)"
    }
  }

  /// True if the same may be answered otherwise in a moment.
  var isTransient: Bool {
    if [500, 502, 503, 504, 429].contains(status) { return true }
    // A body that does not have the checksum it came with was damaged on its way.
    return [
      "InternalError", "SlowDown", "RequestTimeout", "ServiceUnavailable", "OperationAborted",
      "ConditionalRequestConflict", "BadDigest", "InvalidDigest", "XAmzContentSHA256Mismatch",
    ].contains(code)
  }

  /// What it means for the user.
  func diagnosis(of call: S3Call, region: String, credentials: Credentials?) -> any Diagnosis {
    let name = call.name
    let words = message.isEmpty ? code : "\(code): \(oneLine(message))"
    switch code {
    case "NoSuchKey": return StorageError(.notFound, name: name, summary: "it does not exist")
    case "NoSuchBucket":
      return S3Error(
        .noBucket, name: name, summary: "there is no bucket \"\(call.location.bucket)\"",
        advice: "check the name, and AWS_ENDPOINT_URL if the bucket is not Amazon's")
    case "AccessDenied", "AllAccessDisabled", "AccountProblem":
      let resource =
        call.action.hasPrefix("s3:List") && !call.action.hasSuffix("Parts")
        ? call.location.bucket : "\(call.location.bucket)/\(call.location.key)"
      return S3Error(
        .denied, name: name,
        summary: "access denied to \(credentials.map { "the \($0)" } ?? "a request without credentials")",
        advice: "the policy must allow \(call.action) on arn:aws:s3:::\(resource)"
          + (call.method == "GET" && call.action == "s3:GetObject"
            ? "; without s3:ListBucket a missing object is denied too" : ""))
    case "PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException", "TemporaryRedirect":
      return S3Error(
        .wrongRegion, name: name,
        summary: self.region.map { "the bucket is in region \($0), not \(region)" }
          ?? "the bucket is not in region \(region)",
        advice: self.region.map { "set AWS_REGION=\($0)" } ?? "set AWS_REGION to the bucket's region")
    case "InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidToken", "UnrecognizedClientException":
      return S3Error(
        .badCredentials, name: name,
        summary: "the service does not take the \(credentials.map { "\($0)" } ?? "request") (\(code))",
        advice: code == "SignatureDoesNotMatch"
          ? "the secret key is not the one of this access key" : "look which ones are meant: aws configure list")
    case "ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired":
      return S3Error(
        .expiredCredentials, name: name,
        summary: "the \(credentials.map { "\($0)" } ?? "credentials") have expired",
        advice: "get new ones, then start again")
    case "RequestTimeTooSkewed":
      return S3Error(
        .clock, name: name, summary: "this machine's clock is more than 15 minutes off, signatures are refused",
        advice: "set the clock: timedatectl set-ntp true")
    default:
      if isTransient {
        return S3Error(
          .unavailable, name: name, summary: "the service cannot do it now (\(words))", advice: "try again later")
      }
      return S3Error(.refused, name: name, summary: "the service refuses \(call.action) (status \(status), \(words))")
    }
  }
}

extension S3CredentialError {
  /// The error of `call`, which could not be made. Credentials that have expired, be it that another call at the same time was told so, fail it in
  /// the name of its object; any other error is about this machine's settings, and names those.
  func during(_ call: S3Call) -> any Diagnosis {
    kind == .expired ? S3Error(.expiredCredentials, name: call.name, summary: summary, advice: advice) : self
  }
}

/// `text` with blanks for line ends and other control characters, no more than 200 characters: what a service sends is not ours to trust.
func oneLine(_ text: String) -> String {
  let line = String(
    text.prefix(200).map {
      $0.isNewline || $0.unicodeScalars.contains { $0.value < 0x20 || (0x7F..<0xA0).contains($0.value) } ? " " : $0
    })
  return text.count > 200 ? line + "…" : line
}
