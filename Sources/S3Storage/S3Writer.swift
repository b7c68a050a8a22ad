// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ObjectStorage
import Synchronization
import Workers

/// Writes an object of S3: parts go up while it is written, and publishing completes them.
///
/// Memory: one part more than are sent at once. Until `publish` has returned nothing is visible, whatever happens; afterwards all of it is.
final class S3Writer: ObjectWriter {
  let name: String
  private let upload: S3Upload
  private let registry: UploadRegistry
  private let threads: TransferThreads
  /// Nil until the first part is full: what fits in one part is put in one request.
  private var begun: (id: String, key: Int)?
  private var buffer: TransferBuffer
  private var filled = 0
  private var partCount = 0
  private var isDone = false
  private let sending: Sending

  /// Parts of one upload, at most ("Amazon S3 multipart upload limits").
  static let partLimit = 10_000

  init(_ upload: S3Upload, registry: UploadRegistry = .shared, threads: TransferThreads = .shared) {
    self.upload = upload
    self.registry = registry
    self.threads = threads
    name = upload.name
    buffer = TransferBuffer(byteCount: upload.writing.partByteCount)
    sending = Sending(limit: max(1, upload.writing.partsUnderWay))
  }

  deinit { discard() }

  func write(_ bytes: UnsafeRawBufferPointer) throws {
    precondition(!isDone, "written after publish or discard")
    var rest = bytes
    while !rest.isEmpty {
      if filled == buffer.byteCount { try sendPart() }
      let count = min(rest.count, buffer.byteCount - filled)
      UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[filled...]).copyMemory(
        from: UnsafeRawBufferPointer(rebasing: rest[..<count]))
      filled += count
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
    }
  }

  func publish() throws {
    precondition(!isDone, "published twice or after discard")
    do {
      if begun == nil {
        try registry.changing { try upload.put(UnsafeRawBufferPointer(rebasing: buffer.bytes[..<filled])) }
      } else {
        if filled > 0 { try sendPart() }
        let parts = try sending.allParts()
        if let begun { try registry.complete(begun.key) { try upload.complete(parts, of: begun.id) } }
      }
      isDone = true
    } catch {
      discard()
      throw error
    }
  }

  func discard() {
    guard !isDone else { return }
    isDone = true
    guard let begun else { return }
    sending.giveUp()
    // What cannot be aborted now, a sweep or the bucket's lifecycle rule removes; that the object is not there is what counts.
    try? upload.abort(begun.id)
    registry.forget(begun.key)
  }

  /// Hands the full buffer to a thread that sends it; waits while as many as may be are under way. Throws what sending an earlier one threw.
  private func sendPart() throws {
    guard partCount < Self.partLimit else {
      throw S3Error(
        .tooLarge, name: name, summary: "more than \(Self.partLimit) parts, no object can be so large",
        advice: "split the output, or give more memory (parts are as large as the memory allows)")
    }
    let begun = try self.begun ?? registry.begin(upload)
    self.begun = begun
    try sending.waitForPlace()
    partCount += 1
    let (part, number, full, upload, sending) = (buffer, partCount, filled, upload, sending)
    let nextByteCount = partByteCount(after: partCount)
    defer {
      // Where there is memory for one part alone, nothing is filled while it is under way.
      if upload.writing.partsUnderWay == 0 { sending.waitForEnd() }
      buffer = sending.idleBuffer(of: nextByteCount) ?? TransferBuffer(byteCount: nextByteCount)
    }
    filled = 0
    threads.run {
      let result = Result {
        try sending.checkWanted()
        return try upload.send(UnsafeRawBufferPointer(rebasing: part.bytes[..<full]), number: number, of: begun.id)
      }
      sending.end(result, giving: part)
    }
  }

  /// Parts double after every 2,000: 10,000 of them hold 484 GiB where the first ones have 8 MiB.
  private func partByteCount(after count: Int) -> Int { upload.writing.partByteCount << (count / 2_000) }
}

/// Parts under way, and what came of the others.
private final class Sending: Sendable {
  private struct State {
    var underWay = 0
    var parts: [S3Part] = []
    var failure: (any Error)?
    var isGivenUp = false
    var idle: [TransferBuffer] = []
  }

  private struct NotWanted: Error {}

  private let condition = Condition()
  private let state = Mutex(State())
  private let limit: Int

  init(limit: Int) { self.limit = limit }

  /// Takes a place among those under way. Throws what an earlier part threw.
  func waitForPlace() throws {
    try condition.locked {
      while try state.withLock({ state in
        if let failure = state.failure { throw failure }
        if state.underWay >= limit { return true }
        state.underWay += 1
        return false
      }) { condition.wait() }
    }
  }

  func checkWanted() throws {
    if state.withLock({ $0.isGivenUp || $0.failure != nil }) { throw NotWanted() }
  }

  func end(_ result: Result<S3Part, any Error>, giving buffer: TransferBuffer) {
    condition.locked {
      state.withLock { state in
        state.underWay -= 1
        state.idle.append(buffer)
        switch result {
        case .success(let part): state.parts.append(part)
        case .failure(let error): state.failure = state.failure ?? error
        }
      }
      condition.broadcast()
    }
  }

  /// One that was sent, if it has the size.
  func idleBuffer(of byteCount: Int) -> TransferBuffer? {
    state.withLock { state in
      state.idle.removeAll { $0.byteCount != byteCount }
      return state.idle.popLast()
    }
  }

  /// Waits for all, and gives them in order.
  func allParts() throws -> [S3Part] {
    waitForEnd()
    return try state.withLock { state in
      if let failure = state.failure { throw failure }
      return state.parts.sorted { $0.number < $1.number }
    }
  }

  /// No further part is sent; waits for those under way.
  func giveUp() {
    state.withLock { $0.isGivenUp = true }
    waitForEnd()
  }

  func waitForEnd() {
    condition.locked {
      while state.withLock({ $0.underWay > 0 }) { condition.wait() }
    }
  }
}
