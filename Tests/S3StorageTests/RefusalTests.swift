// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import ObjectStorage
import Testing

@testable import S3Storage

@Suite struct RefusalTests {
  private let location = S3Location(bucket: "bucket", key: "folder/key")
  private let credentials = Credentials(
    accessKey: "ACCESS", secretKey: testSecret, sessionToken: "TOKEN/of+the/tests", expiry: nil,
    origin: "the environment")

  private func reply(
    _ status: Int, _ code: String?, _ message: String = "Words.", headers: [String: String] = [:], more: String = ""
  )
    -> HTTPResponse
  {
    let body = code.map { "<Error><Code>\($0)</Code><Message>\(message)</Message>\(more)</Error>" } ?? ""
    return HTTPResponse(status: status, headers: headers, body: Array(body.utf8))
  }

  private func diagnosis(
    _ response: HTTPResponse, _ method: String = "GET", action: String = "s3:GetObject", credentials: Credentials? = nil
  ) -> any Diagnosis {
    S3Refusal(response).diagnosis(
      of: S3Call(method, location, name: "s3://bucket/folder/key", action: action), region: "eu-west-1",
      credentials: credentials ?? self.credentials)
  }

  @Test(arguments: [
    (404, "NoSuchKey", "storage.not-found"), (404, "NoSuchBucket", "s3.no-bucket"),
    (403, "AccessDenied", "s3.access-denied"),
    (403, "AllAccessDisabled", "s3.access-denied"), (301, "PermanentRedirect", "s3.wrong-region"),
    (307, "TemporaryRedirect", "s3.wrong-region"), (400, "AuthorizationHeaderMalformed", "s3.wrong-region"),
    (400, "IllegalLocationConstraintException", "s3.wrong-region"), (403, "InvalidAccessKeyId", "s3.bad-credentials"),
    (403, "SignatureDoesNotMatch", "s3.bad-credentials"), (400, "InvalidToken", "s3.bad-credentials"),
    (400, "ExpiredToken", "s3.credentials-expired"), (400, "TokenRefreshRequired", "s3.credentials-expired"),
    (403, "RequestTimeTooSkewed", "s3.clock"), (503, "SlowDown", "s3.unavailable"),
    (500, "InternalError", "s3.unavailable"),
    (400, "RequestTimeout", "s3.unavailable"), (409, "ConditionalRequestConflict", "s3.unavailable"),
    (429, "TooManyRequests", "s3.unavailable"), (502, "BadGateway", "s3.unavailable"),
    (400, "EntityTooSmall", "s3.refused"),
    (418, "IAmATeapot", "s3.refused"), (412, "PreconditionFailed", "s3.refused"),
  ])
  func codesHaveMeanings(_ status: Int, _ code: String, _ expected: String) {
    let error = diagnosis(reply(status, code))
    #expect(error.code == expected)
    #expect(error.place == Place(file: "s3://bucket/folder/key"))
    let isTransient = S3Refusal(reply(status, code)).isTransient
    #expect(isTransient == (expected == "s3.unavailable"))
  }

  /// As answers to HEAD are, or those of a proxy.
  @Test(arguments: [
    (404, "storage.not-found"), (403, "s3.access-denied"), (301, "s3.wrong-region"), (307, "s3.wrong-region"),
    (503, "s3.unavailable"), (500, "s3.unavailable"), (504, "s3.unavailable"), (400, "s3.refused"), (416, "s3.refused"),
  ])
  func statusesWithoutABodyHaveMeanings(_ status: Int, _ expected: String) {
    #expect(diagnosis(reply(status, nil), "HEAD").code == expected)
    let page = HTTPResponse(status: status, headers: [:], body: Array("<html><br>Sorry".utf8))
    #expect(diagnosis(page).code == expected)
  }

  @Test func deniedNamesWhatThePolicyLacks() {
    let read = diagnosis(reply(403, "AccessDenied"))
    #expect(read.summary == "access denied to the credentials from the environment")
    #expect(
      read.advice
        == "the policy must allow s3:GetObject on arn:aws:s3:::bucket/folder/key; without s3:ListBucket a missing object is denied too"
    )
    #expect(
      diagnosis(reply(403, "AccessDenied"), action: "s3:ListBucket").advice
        == "the policy must allow s3:ListBucket on arn:aws:s3:::bucket")
    #expect(
      diagnosis(reply(403, "AccessDenied"), "PUT", action: "s3:PutObject").advice
        == "the policy must allow s3:PutObject on arn:aws:s3:::bucket/folder/key")
    let unsigned = S3Refusal(reply(403, "AccessDenied")).diagnosis(
      of: S3Call("GET", location, action: "s3:GetObject"), region: "r", credentials: nil)
    #expect(unsigned.summary == "access denied to a request without credentials")
  }

  @Test func theRightRegionIsNamedWhereItIsKnown() {
    let header = diagnosis(reply(301, nil, headers: ["x-amz-bucket-region": "us-west-2"]), "HEAD")
    #expect(header.summary == "the bucket is in region us-west-2, not eu-west-1")
    #expect(header.advice == "set AWS_REGION=us-west-2")
    let body = diagnosis(reply(400, "AuthorizationHeaderMalformed", more: "<Region>sa-east-1</Region>"))
    #expect(body.advice == "set AWS_REGION=sa-east-1")
    #expect(diagnosis(reply(301, nil)).summary == "the bucket is not in region eu-west-1")
  }

  /// IBM's and others' wrap the error once more.
  @Test func theErrorMayLieDeeper() {
    let body = "<ErrorResponse><Error><Code>SlowDown</Code></Error></ErrorResponse>"
    #expect(S3Refusal(HTTPResponse(status: 400, headers: [:], body: Array(body.utf8))).code == "SlowDown")
  }

  @Test func theServicesWordsAreOneShortLine() {
    let error = diagnosis(reply(400, "Odd", "a\r\nb\n" + String(repeating: "x", count: 1000)))
    #expect(error.summary.hasPrefix("the service refuses s3:GetObject (status 400, Odd: a b xxx"))
    #expect(!error.summary.contains { $0.isNewline })
    #expect(error.summary.count < 300)
  }

  /// S3 itself sends the access key and the string that was signed along with some errors.
  @Test func noSecretIsShown() {
    let more =
      "<AWSAccessKeyId>ACCESS</AWSAccessKeyId><StringToSign>\(testSecret)</StringToSign><Token-0>TOKEN/of+the/tests</Token-0>"
    for code in ["SignatureDoesNotMatch", "ExpiredToken", "AccessDenied", "InvalidAccessKeyId", "Odd", "SlowDown"] {
      for text in [
        shownText(of: diagnosis(reply(403, code, more: more))),
        String(reflecting: S3Refusal(reply(403, code, more: more))),
      ] {
        #expect(!text.contains(testSecret), "\(code)")
        #expect(!text.contains("TOKEN/of+the/tests"), "\(code)")
      }
    }
  }
}
