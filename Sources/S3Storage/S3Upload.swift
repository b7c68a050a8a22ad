// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import ObjectStorage

/// How new objects are written.
struct S3Writing: Sendable {
  /// Nothing may be there when the object becomes visible.
  var ifAbsent: Bool
  /// The ETag of what must still be there, nil for anything.
  var replacedVersion: String?
  /// `AES256` or `aws:kms`, nil for what the bucket does by default.
  var encryption: String?
  /// The key for `aws:kms`, nil for the bucket's or the account's.
  var encryptionKey: String?
  /// Bytes of the first parts.
  var partByteCount = 8 << 20
  /// Parts that are sent at once.
  var partsUnderWay = 3

  init(_ options: WriteOptions = WriteOptions()) {
    ifAbsent = options.ifAbsent
    replacedVersion = options.replacedVersion
    encryption = options.encryption
    encryptionKey = options.encryptionKey
  }

  var encryptionHeaders: [(name: String, value: String)] {
    (encryption.map { [("x-amz-server-side-encryption", $0)] } ?? [])
      + (encryptionKey.map { [("x-amz-server-side-encryption-aws-kms-key-id", $0)] } ?? [])
  }

  /// `If-None-Match: *`: S3 refuses the object with 412 if something is there, with `If-Match` if something else is ("Conditional requests" of the
  /// Amazon S3 User Guide).
  func conditionHeaders(isQuoted: Bool = true) -> [(name: String, value: String)] {
    (ifAbsent ? [("If-None-Match", "*")] : [])
      + (replacedVersion.map { [("If-Match", isQuoted ? $0 : String($0.filter { $0 != "\"" }))] } ?? [])
  }
}

/// One object on its way: in one request if it is small, else in parts that become visible when the upload is completed.
///
/// What is written bears a random token in its metadata. If the answer to the last request is lost, the token at the destination tells whether it
/// was carried out: it is never guessed, and nothing is sent twice in a way that could show.
struct S3Upload: Sendable {
  let client: S3Client
  let location: S3Location
  let name: String
  let writing: S3Writing
  /// 128 random bits.
  let token: String

  static let tokenHeader = "x-amz-meta-colonnade-upload"

  init(client: S3Client, location: S3Location, name: String, writing: S3Writing) {
    self.client = client
    self.location = location
    self.name = name
    self.writing = writing
    let bits = UInt128.random(in: 0...UInt128.max)
    token = hexadecimal((0..<16).map { UInt8(truncatingIfNeeded: bits >> (8 * $0)) })
  }

  private func call(_ method: String, action: String = "s3:PutObject") -> S3Call {
    S3Call(method, location, name: name, action: action)
  }

  /// Puts the whole object. Throws `storage.exists` where it was asked not to replace one.
  func put(_ bytes: UnsafeRawBufferPointer) throws { try put(bytes, isQuoted: true) }

  private func put(_ bytes: UnsafeRawBufferPointer, isQuoted: Bool) throws {
    var call = call("PUT")
    let digest = sha256(bytes)
    call.bodyDigest = digest
    call.headers =
      [(Self.tokenHeader, token), ("x-amz-checksum-sha256", base64(digest)), ("Content-MD5", base64(md5(bytes)))]
      + writing.encryptionHeaders + writing.conditionHeaders(isQuoted: isQuoted)
    call.stallTimeout = 60
    call.expected = writing.replacedVersion == nil ? [412] : [404, 412]
    let answer = Result { try client.perform(call, body: bytes) }
    switch answer {
    case .success(let response) where response.status == 404 || response.status == 412:
      if try isThere() { return }
      guard let wanted = writing.replacedVersion, isQuoted, try client.head(location, name: name)?.version.tag == wanted
      else { throw conditionFailed(response) }
      // radosgw 16.2 compares the bare tag with what stands in quotes (RFC 9110, 13.1.1); the condition itself holds.
      try put(bytes, isQuoted: false)
    case .success: break
    case .failure(let error): try throwUnlessThere(error)
    }
  }

  /// Begins an upload in parts; its number.
  func begin() throws -> String {
    var call = call("POST")
    call.query = [("uploads", "")]
    call.headers = [(Self.tokenHeader, token), ("x-amz-checksum-algorithm", "SHA256")] + writing.encryptionHeaders
    let response = try client.perform(call)
    guard let id = (try? XMLNode.parse(response.body))?.first("UploadId")?.text, !id.isEmpty else {
      throw S3Error(.badAnswer, name: name, summary: "the service began an upload without naming it")
    }
    return id
  }

  /// Sends part `number`, from 1 on. Its bytes travel with their SHA-256 and MD5: a part that arrives damaged is refused.
  func send(_ bytes: UnsafeRawBufferPointer, number: Int, of id: String) throws -> S3Part {
    var call = call("PUT")
    call.query = [("partNumber", "\(number)"), ("uploadId", id)]
    let sum = sha256(bytes)
    let digest = base64(sum)
    call.bodyDigest = sum
    call.headers = [("x-amz-checksum-sha256", digest), ("Content-MD5", base64(md5(bytes)))]
    call.stallTimeout = 60
    let response = try client.perform(call, body: bytes)
    guard let tag = response.headers["etag"] else {
      throw S3Error(.badAnswer, name: name, summary: "the service took part \(number) without an ETag")
    }
    return S3Part(
      number: number, tag: tag, digest: response.headers["x-amz-checksum-sha256"] == digest ? digest : nil)
  }

  /// Makes the parts one object, visible all at once. Throws `storage.exists` as ``put(_:)``.
  func complete(_ parts: [S3Part], of id: String) throws {
    var call = call("POST")
    call.query = [("uploadId", id)]
    call.headers = writing.conditionHeaders()
    // The service may work for minutes, sending blanks now and then.
    call.stallTimeout = 300
    call.expected = [404, 412]
    var body =
      "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
      + parts.map(\.xml).joined() + "</CompleteMultipartUpload>"
    let answer = Result { try body.withUTF8 { try completing(call, UnsafeRawBufferPointer($0)) } }
    switch answer {
    case .failure(let error): try throwUnlessThere(error)
    case .success(let response) where response.status == 404 || response.status == 412:
      if try isThere() { return }
      if response.status == 412 || S3Refusal(response).code == "NoSuchKey" { throw conditionFailed(response) }
      throw S3Error(
        .refused, name: name, summary: "the upload was aborted by somebody else before it was complete",
        advice: "a sweep or a lifecycle rule may be too eager; start again")
    case .success: return
    }
  }

  /// Status 200 may come with an error in its body, when the service found it after it began to answer: then it counts as if it had been the status.
  private func completing(_ call: S3Call, _ body: UnsafeRawBufferPointer) throws -> HTTPResponse {
    for attempt in 1... {
      let response = try client.perform(call, body: body)
      guard response.status == 200 else { return response }
      let root = try? XMLNode.parse(response.body)
      if root?.name == "CompleteMultipartUploadResult" { return response }
      if root?.name == "Error" {
        var refusal = S3Refusal(response)
        if refusal.code == "NoSuchUpload" { return HTTPResponse(status: 404, headers: [:], body: response.body) }
        if refusal.code == "PreconditionFailed" { return HTTPResponse(status: 412, headers: [:], body: response.body) }
        refusal.status = 500
        guard attempt < 4 else {
          throw refusal.diagnosis(
            of: call, region: client.endpoint.region, credentials: try? client.provider.credentials())
        }
      } else if try isThere() {
        return response
      } else if attempt >= 4 {
        throw S3Error(.badAnswer, name: name, summary: "the service did not say whether it completed the upload")
      }
    }
    preconditionFailure("the loop above has no end")
  }

  /// What was asked to be there, or not to be there, was not so.
  private func conditionFailed(_ response: HTTPResponse) -> StorageError {
    writing.replacedVersion == nil ? StorageError(exists: name) : StorageError(replacedMeanwhile: name)
  }

  /// The last try failed; an earlier one, whose answer was lost, may have been carried out all the same: the object's token tells. Throws `error` if
  /// it was not, or one that says that not even that could be found out.
  private func throwUnlessThere(_ error: any Error) throws {
    let answer = Result { try self.isThere() }
    if case .success(true) = answer { return }
    guard case .failure = answer, let failure = error as? S3Error,
      [.unreachable, .unavailable, .badAnswer].contains(failure.kind)
    else { throw error }
    throw S3Error(
      failure.kind, name: name, summary: failure.summary,
      advice: "whether the object is there now cannot be told: look, before anything relies on either")
  }

  /// Whether what is at the destination is this upload's.
  private func isThere() throws -> Bool {
    try client.head(location, name: name)?.headers[Self.tokenHeader] == token
  }

  /// Gives up the upload: its parts are removed. One that is not there any more is as good. `attempts` bounds the tries.
  func abort(_ id: String, attempts: Int? = nil) throws {
    var call = call("DELETE", action: "s3:AbortMultipartUpload")
    call.query = [("uploadId", id)]
    call.expected = [404]
    call.takesOldCredentials = true
    if attempts != nil { call.stallTimeout = 3 }
    _ = try client.perform(call, attempts: attempts)
  }
}

/// A part that the service has.
struct S3Part: Sendable {
  var number: Int
  /// Its ETag as it was given, quotes included.
  var tag: String
  /// Its SHA-256 in Base64, nil where the service keeps none.
  var digest: String?

  fileprivate var xml: String {
    let digest = digest.map { "<ChecksumSHA256>\($0)</ChecksumSHA256>" } ?? ""
    let escapes: [Character: String] = ["\"": "&quot;", "&": "&amp;", "<": "&lt;", ">": "&gt;"]
    let tag = tag.map { escapes[$0] ?? "\($0)" }.joined()
    return "<Part><ETag>\(tag)</ETag>\(digest)<PartNumber>\(number)</PartNumber></Part>"
  }
}
