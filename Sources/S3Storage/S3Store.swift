// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import ObjectStorage
import Synchronization

/// Objects of Amazon S3 and of services that speak its protocol, under `s3://bucket/key`.
///
/// Endpoint, region and credentials are found as the AWS tools find them, on the first request. There are no folders: a path that ends in a slash
/// stands for the keys that begin so. Writing is atomic and needs no renaming: completing an upload is the commit.
public final class S3Store: ObjectStore {
  /// The process's, from its environment.
  public static let shared = S3Store()

  /// Memory of the process by which transfers measure theirs; 0: as much as is of use.
  ///
  /// A plain number, and zero at first: Swift 6.3.1 drops the value of a constant `Mutex` of a struct that is a static property, in release builds.
  private static let memoryByteCount = Atomic(0)
  private let made = Mutex<S3Client?>(nil)
  private let counter = TrafficCounter()
  private let makeClient: @Sendable (TrafficCounter) throws -> S3Client

  /// Finds everything in the process's environment.
  public convenience init() {
    self.init { traffic in try S3Client(.ofProcess(), traffic: traffic) }
  }

  init(makeClient: @escaping @Sendable (TrafficCounter) throws -> S3Client) { self.makeClient = makeClient }

  /// What went over the network so far.
  public var traffic: S3Traffic { counter.value }

  /// Has transfers take no more than about a sixteenth of `byteCount` for what is read ahead, and an eighth for parts that are being sent; least
  /// are 4 MiB and one part of 5 MiB (the smallest that S3 takes), sent while the writer waits. Parts grow after every 2,000 (see ``S3Writer``).
  public static func limitMemory(to byteCount: Int) { memoryByteCount.store(byteCount, ordering: .relaxed) }

  /// What may be fetched ahead, of all open objects together; made when the first is opened.
  private static let ahead = AheadBudget(budgetLimits)

  private static var budgetLimits: AheadBudget.Limits {
    var limits = AheadBudget.Limits()
    let share = memoryByteCount.load(ordering: .relaxed) / 8
    guard share > 0, share < limits.bytes else { return limits }
    limits.bytes = max(4 << 20, share / 2)
    limits.requests = max(4, min(16, limits.bytes / (2 << 20)))
    return limits
  }

  private static var aheadLimits: ReadAhead.Limits {
    var limits = ReadAhead.Limits()
    // A request is held until all of it was read: where memory is scarce, it covers a column's pages of few chunks.
    if budgetLimits.bytes < AheadBudget.Limits().bytes { limits.segment = max(256 << 10, budgetLimits.bytes / 16) }
    return limits
  }

  private static func writing(_ options: WriteOptions) -> S3Writing {
    var writing = S3Writing(options)
    let share = memoryByteCount.load(ordering: .relaxed) / 8
    guard share > 0, share < 64 << 20 else { return writing }
    writing.partByteCount = share >= 32 << 20 ? 8 << 20 : 5 << 20
    writing.partsUnderWay = max(0, min(3, share / writing.partByteCount - 1))
    return writing
  }

  func client() throws -> S3Client {
    try made.withLock { made in
      if let made { return made }
      let client = try makeClient(counter)
      made = client
      return client
    }
  }

  /// The same; nil if there is none. One round trip either way.
  public func openIfPresent(_ path: String) throws -> (any ReadableObject)? {
    let location = try objectLocation(path)
    do {
      return try openObject(location, path)
    } catch let error as StorageError where error.kind == .notFound {
      return nil
    }
  }

  private func openObject(_ location: S3Location, _ path: String) throws -> S3Object {
    try S3Object(location, name: path, client: client(), limits: Self.aheadLimits, budget: Self.ahead)
  }

  /// Opens an object: one round trip, see ``S3Object``. A missing one's error names the nearest key beside it.
  public func open(_ path: String) throws -> any ReadableObject {
    let location = try objectLocation(path)
    let client = try client()
    do {
      return try openObject(location, path)
    } catch let error as StorageError where error.kind == .notFound {
      throw notFound(location, path, client)
    }
  }

  /// Starts an object. With `ifAbsent`, looks whether one is there, and the last request asks the service to refuse if one has come meanwhile
  /// (`If-None-Match`), which is a promise only where the service heeds that: Amazon's does, some others overlook it on completing.
  public func create(_ path: String, _ options: WriteOptions) throws -> any ObjectWriter {
    let location = try objectLocation(path)
    let client = try client()
    // A name without a dot may be meant as a folder's. Who may not list finds out by writing.
    if location.key.utf8.split(separator: UInt8(ascii: "/")).last?.contains(UInt8(ascii: ".")) == false,
      (try? isFolder(path)) == true
    {
      throw StorageError(
        .isFolder, name: path, summary: "this is a folder, not an object", advice: "name an object in it: \(path)/NAME")
    }
    if options.ifAbsent, try client.head(location, name: path) != nil { throw StorageError(exists: path) }
    return S3Writer(S3Upload(client: client, location: location, name: path, writing: Self.writing(options)))
  }

  /// Objects whose keys begin with `path` and a slash (one that is there already counts), and have no further slash.
  public func list(_ path: String) throws -> [String] {
    var location = try S3Location(path)
    if !location.key.isEmpty, !location.key.hasSuffix("/") { location.key += "/" }
    let found = try client().list(location, name: path, isFlat: true)
    guard !found.keys.isEmpty || !found.folders.isEmpty || location.key.isEmpty else {
      throw StorageError(.notFound, name: path, summary: "there are no objects under it")
    }
    // The folder itself may be an object, of no bytes, that a console made.
    return found.keys.filter { $0 != location.key }.map { S3Location(bucket: location.bucket, key: $0).path }
  }

  /// Objects whose keys begin with `path`, slashes or not, in byte order.
  ///
  /// `isFlat`: only those without a further slash.
  public func list(startingWith path: String, isFlat: Bool = false) throws -> [String] {
    let location = try S3Location(path)
    return try client().list(location, name: path, isFlat: isFlat).keys
      .map { S3Location(bucket: location.bucket, key: $0).path }
  }

  /// True if objects are under `path` and a slash, and none is at it.
  public func isFolder(_ path: String) throws -> Bool {
    var location = try S3Location(path)
    location.key += "/"
    return try !client().list(location, name: path, isFlat: false, limit: 1).keys.isEmpty && status(path) == nil
  }

  /// Size and ETag. One request.
  public func status(_ path: String) throws -> ObjectStatus? {
    let head = try client().head(try objectLocation(path), name: path)
    return head.map { ObjectStatus(byteCount: $0.version.byteCount, version: $0.version.tag) }
  }

  /// Removes an object (or puts a mark of removal on it, in a bucket that keeps versions).
  public func delete(_ path: String) throws {
    var call = S3Call("DELETE", try objectLocation(path), name: path, action: "s3:DeleteObject")
    call.expected = [404]
    _ = try client().perform(call)
  }

  private func objectLocation(_ path: String) throws -> S3Location {
    let location = try S3Location(path)
    guard !location.key.isEmpty, !location.key.hasSuffix("/") else {
      throw StorageError(
        .isFolder, name: path, summary: "this is a folder, not an object", advice: "name an object in it")
    }
    return location
  }

  /// Says that nothing is at `path`, and what there is instead, if the list may be read.
  private func notFound(_ location: S3Location, _ path: String, _ client: S3Client) -> StorageError {
    var folder = location
    folder.key = location.key.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(location.key[...$0]) } ?? ""
    let found = try? client.list(folder, name: path, isFlat: true, limit: 1000)
    if found?.folders.contains(location.key + "/") == true {
      return StorageError(
        .notFound, name: path, summary: "it does not exist, though keys begin with it and a slash",
        advice: "for the objects in it write \(path)/")
    }
    if found?.keys.contains(location.key) == true {
      return StorageError(
        .notFound, name: path, summary: "it does not exist, says the store, and lists it all the same",
        advice: "if somebody has just written or removed it, try again")
    }
    // Of the names in it: a long folder that all have would make them all alike.
    let start = folder.key.utf8.count
    func name(_ key: String) -> String { String(decoding: key.utf8.dropFirst(start), as: UTF8.self) }
    let near = nearestName(to: name(location.key), among: (found?.keys ?? []).map(name))
    return StorageError(
      .notFound, name: path, summary: "it does not exist",
      advice: near.map { "did you mean \(S3Location(bucket: location.bucket, key: folder.key + $0).path)?" })
  }
}
