// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Glibc
import ObjectStorage
import TextFormats

#if S3
  import S3Storage
#endif

/// True for addresses of objects that lie with a service; all else are paths of this machine.
func isRemote(_ path: String) -> Bool { path.hasPrefix("s3://") }

/// How many unfinished uploads were found.
package struct SweptUploads: Sendable {
  /// Those that were old enough.
  package var sweptCount = 0
  /// Those that were not.
  package var keptCount = 0
}

/// The store that `path` belongs to. Throws `input.remote` where this was built without it.
package func store(of path: String) throws -> any ObjectStore {
  isRemote(path) ? try remoteStore(path) : LocalStore()
}

/// Removes what is at the paths, all of them objects in S3 by their full keys; one that is not there is no error. A request each.
package func removeObjects(_ paths: [String]) throws {
  for path in paths { try remoteStore(path).delete(path) }
}

#if S3
  func remoteStore(_ path: String) throws -> S3Store { RemoteStores.s3 }

  /// Stores that addresses lead to.
  enum RemoteStores {
    /// The process's; tests put another in its place for what they call.
    @TaskLocal static var s3 = S3Store.shared
  }

  /// Has transfers to and from services keep to their share of the process's memory.
  package func limitTransfers(to memory: MemoryLimit) { S3Store.limitMemory(to: memory.byteCount) }

  /// What went to and from services so far, one line; nil if nothing did.
  package func transferSummary() -> String? {
    let traffic = RemoteStores.s3.traffic
    guard traffic.requestCount > 0 else { return nil }
    let retries = traffic.retryCount > 0 ? " (\(traffic.retryCount) of them tries after a failure)" : ""
    return "\(counted(traffic.requestCount, "request"))\(retries), \(ByteSize(traffic.receivedByteCount)) received, "
      + "\(ByteSize(traffic.sentByteCount)) sent"
  }

  /// What `argument` stands for among the objects of the service.
  ///
  /// A slash at the end makes it a folder; so does a name that no object has while others begin with it and a slash (looked up where the name is
  /// not one of a table's). A pattern's `*` and `?` and `[…]` do not match slashes; an object of just that name comes first.
  func remoteMeaning(of argument: String) throws -> InputMeaning {
    let store = RemoteStores.s3
    if argument == "s3://" {
      throw StorageError(.badName, name: argument, summary: "no bucket is named", advice: "write s3://BUCKET/KEY")
    }
    if argument.hasSuffix("/") || !argument.dropFirst("s3://".count).contains("/") { return .folder }
    if let wild = argument.firstIndex(where: { "*?[".contains($0) }) {
      if try store.status(argument) != nil { return .file }
      let isFlat = !argument[wild...].contains("/")
      let found = try store.list(startingWith: String(argument[..<wild]), isFlat: isFlat)
      return .matches(found.filter { !$0.hasSuffix("/") && matches($0, pattern: argument) })
    }
    return try !looksLikeTable(argument) && store.status(argument) == nil && store.isFolder(argument) ? .folder : .file
  }

  /// Aborts unfinished uploads that began so long ago, or finds them only; `tell` is given address and time of each as soon as it is
  /// done, so that what was aborted is known if a later one fails.
  package func sweepUploads(
    _ prefix: String, olderThanSeconds age: Double, isDryRun: Bool, tell: (String) throws -> Void
  ) throws -> SweptUploads {
    let uploads = try RemoteStores.s3.unfinishedUploads(prefix)
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    // The service's clock may be a little ahead.
    let limit = age > 0 ? Double(now.tv_sec) + Double(now.tv_nsec) / 1e9 - age : .infinity
    var swept = SweptUploads()
    for upload in uploads {
      guard upload.begun <= limit else {
        swept.keptCount += 1
        continue
      }
      if !isDryRun { try RemoteStores.s3.abort(upload) }
      var time: [UInt8] = []
      appendText(ofTimestamp: Int(upload.begun) * 1_000_000, isUTC: true, to: &time)
      swept.sweptCount += 1
      try tell("\(upload.path), begun \(String(decoding: time, as: UTF8.self))")
    }
    return swept
  }
#else
  package func sweepUploads(
    _ prefix: String, olderThanSeconds age: Double, isDryRun: Bool, tell: (String) throws -> Void
  ) throws -> SweptUploads {
    throw InputError(.remote, path: prefix)
  }
  func remoteStore(_ path: String) throws -> LocalStore { throw InputError(.remote, path: path) }
  package func limitTransfers(to memory: MemoryLimit) {}
  package func transferSummary() -> String? { nil }
  func remoteMeaning(of argument: String) throws -> InputMeaning { throw InputError(.remote, path: argument) }
#endif
