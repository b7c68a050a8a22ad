// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ObjectStorage

extension S3Store {
  /// An upload that was begun and neither completed nor aborted: parts that nobody sees and that cost money.
  public struct UnfinishedUpload: Sendable, Equatable {
    /// Where the object would come to be.
    public let path: String
    /// When it was begun, in seconds since 1970.
    public let begun: Double
    /// The service's name for it.
    public let id: String
  }

  /// Unfinished uploads, of whatever program, to keys that begin with that of `prefix`.
  ///
  /// Throws ``S3Error``: `s3.access-denied` names `s3:ListBucketMultipartUploads` if that is what lacks. A thousand a request.
  public func unfinishedUploads(_ prefix: String) throws -> [UnfinishedUpload] {
    let location = try S3Location(prefix)
    return try client().unfinishedUploads(location, name: prefix).map { upload in
      guard let begun = secondsSince1970(ofTimestamp: upload.initiated) else {
        throw S3Error(
          .badAnswer, name: prefix,
          summary: "the service says of an upload that it began at \"\(oneLine(upload.initiated))\"")
      }
      return UnfinishedUpload(
        path: S3Location(bucket: location.bucket, key: upload.key).path, begun: begun, id: upload.id)
    }
  }

  /// Aborts an upload; one that is not there any more is as good. Its parts are removed.
  public func abort(_ upload: UnfinishedUpload) throws {
    let location = try S3Location(upload.path)
    try S3Upload(client: try client(), location: location, name: upload.path, writing: S3Writing()).abort(upload.id)
  }
}
