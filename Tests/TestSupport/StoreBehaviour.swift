// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import ObjectStorage
import Synchronization
import Workers

/// Something that is not as it must be.
public struct Unmet: Error, CustomStringConvertible {
  /// One line.
  public let description: String

  /// Says what it is.
  public init(_ description: String) { self.description = description }
}

/// Something that every store must do, whatever it is made of.
///
/// Run with an empty place: `root` is a folder in the store that is there and has nothing in it. Throws ``Unmet`` where the store does not do it.
public struct StoreBehaviour: Sendable, CustomStringConvertible {
  /// What it does, a sentence.
  public let description: String
  private let body: @Sendable (any ObjectStore, _ root: String) throws -> Void

  init(_ description: String, _ body: @escaping @Sendable (any ObjectStore, _ root: String) throws -> Void) {
    self.description = description
    self.body = body
  }

  /// Has `store` do it in `root`.
  public func run(_ store: any ObjectStore, _ root: String) throws { try body(store, root) }

  /// The list that all stores are held to.
  public static let all = reading + writing + naming + absence
}

// MARK: - Reading

extension StoreBehaviour {
  private static let reading: [StoreBehaviour] = [
    StoreBehaviour("published bytes are read back") { store, root in
      let pieces = [0, 1, 1000, 1 << 20, (1 << 20) + 1, 3, 700_000, 700_000].map { size in
        (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ size) }
      }
      try put(pieces, at: root + "/object", store)
      let object = try store.open(root + "/object")
      let expected = pieces.flatMap { $0 }
      try expect(object.name == root + "/object", "its name is \(object.name)")
      try expect(object.byteCount == expected.count, "it has \(object.byteCount) bytes")
      try expect(try bytes(of: object) == expected, "other bytes came back")
      for start in [999, 300_000, 1 << 20, expected.count - 5] {
        try expect(
          try bytes(of: object, at: start, count: 5) == Array(expected[start..<start + 5]), "other bytes at \(start)")
      }
      try expect(try bytes(of: object, at: expected.count, count: 0) == [], "nothing at the end")
    },
    StoreBehaviour("an empty object is one") { store, root in
      try put([], at: root + "/empty", store)
      try put([], at: root + "/empty.cln", store)
      for path in [root + "/empty", root + "/empty.cln"] {
        let object = try store.open(path)
        try expect(object.byteCount == 0, "it has \(object.byteCount) bytes")
        try expect(try bytes(of: object) == [], "it has bytes")
        try expect(try store.status(path)?.byteCount == 0, "its status has another size")
        try expectCode("storage.truncated") { try bytes(of: object, at: 0, count: 1) }
      }
      try expect(try store.list(root) == [root + "/empty", root + "/empty.cln"], "it is not listed")
    },
    StoreBehaviour("what is announced is read as it is, in any order, and so is the rest") { store, root in
      let expected = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 8) }
      try put([expected], at: root + "/object", store)
      let object = try store.open(root + "/object")
      let ranges = [2_000_000..<2_500_000, 100_000..<900_000, 900_010..<900_020, 1_200_000..<1_200_001]
      object.willRead(ranges)
      for range in ranges.reversed() + [0..<10, 850_000..<1_000_000, 0..<3_000_000] {
        try expect(
          try bytes(of: object, at: range.lowerBound, count: range.count) == Array(expected[range]),
          "other bytes in \(range)")
      }
    },
    StoreBehaviour("an open object never gives bytes of another version") { store, root in
      let before = [UInt8](repeating: 1, count: 1 << 20)
      try put([before], at: root + "/object", store)
      let object = try store.open(root + "/object")
      try put([[UInt8](repeating: 2, count: 1 << 20)], at: root + "/object", store)
      do {
        try expect(try bytes(of: object) == before, "bytes of the new object came")
      } catch let error as StorageError {
        try expect(error.kind == .changed, "\(error.code) and not storage.changed")
      }
      try expect(try bytes(of: try store.open(root + "/object")).allSatisfy { $0 == 2 }, "bytes of the old object came")
    },
    StoreBehaviour("reading past the end is an error with its place") { store, root in
      try put([[1, 2, 3]], at: root + "/object", store)
      let object = try store.open(root + "/object")
      let error = try expectCode("storage.truncated") { try bytes(of: object, at: 1, count: 3) }
      try expect(error.place == Place(file: root + "/object", byteOffset: 3), "it says \(error.place)")
    },
  ]
}

// MARK: - Writing

extension StoreBehaviour {
  private static let writing: [StoreBehaviour] = [
    StoreBehaviour("what is not there is opened as nothing") { store, root in
      try put([[1]], at: root + "/old", store)
      try expect(try store.openIfPresent(root + "/new") == nil, "something is opened")
      let found = try store.openIfPresent(root + "/old")
      try expect(try found.map { try bytes(of: $0) } == [1], "what is there is not opened")
    },
    StoreBehaviour("nothing is visible before publishing") { store, root in
      try put([[1]], at: root + "/old", store)
      let writer = try store.create(root + "/new")
      let replacement = try store.create(root + "/old")
      try [UInt8](repeating: 7, count: 2 << 20).withUnsafeBytes {
        try writer.write($0)
        try replacement.write($0)
      }
      try expect(try store.list(root) == [root + "/old"], "it is listed")
      try expectCode("storage.not-found") { try store.open(root + "/new") }
      try expect(try store.status(root + "/new") == nil, "it has a status")
      try expect(try bytes(of: try store.open(root + "/old")) == [1], "what was there has changed")
      writer.discard()
      writer.discard()
      try replacement.publish()
      replacement.discard()
      try expect(try store.list(root) == [root + "/old"], "what was discarded is there, or what was published is not")
      try expect(try store.open(root + "/old").byteCount == 2 << 20, "what was there was not replaced")
    },
    StoreBehaviour("an abandoned writer is discarded") { store, root in
      try put([[1]], at: root + "/kept", store)
      do {
        let writer = try store.create(root + "/gone")
        try [UInt8](repeating: 1, count: 10).withUnsafeBytes { try writer.write($0) }
      }
      try expect(try store.list(root) == [root + "/kept"], "it is there")
    },
    StoreBehaviour("the status is of what is there now") { store, root in
      let path = root + "/object"
      try expect(try store.status(path) == nil, "there is one before anything was written")
      try put([[1, 2, 3]], at: path, store)
      guard let first = try store.status(path) else { throw Unmet("there is none") }
      try expect(first.byteCount == 3, "it says \(first.byteCount) bytes")
      try expect(try store.status(path) == first, "it changes by itself")
      try put([[4, 5, 6]], at: path, store)
      guard let second = try store.status(path) else { throw Unmet("there is none after replacing") }
      try expect(second.byteCount == 3 && second.version != first.version, "it is the same after replacing")
      try store.delete(path)
      try expect(try store.status(path) == nil, "there is one after removing")
    },
    StoreBehaviour("what is removed is gone, and removing nothing is no error") { store, root in
      try put([[1]], at: root + "/a", store)
      try put([[2]], at: root + "/b", store)
      try store.delete(root + "/a")
      try store.delete(root + "/a")
      try store.delete(root + "/never")
      try expectCode("storage.not-found") { try store.open(root + "/a") }
      try expect(try store.list(root) == [root + "/b"], "the wrong ones are there")
      try put([[3]], at: root + "/a", store)
      try expect(try bytes(of: try store.open(root + "/a")) == [3], "it cannot be written again")
    },
  ]
}

// MARK: - Names

extension StoreBehaviour {
  private static let naming: [StoreBehaviour] = [
    StoreBehaviour("a missing object's error names a near one") { store, root in
      try put([[1]], at: root + "/cities.csv", store)
      let error = try expectCode("storage.not-found") { try store.open(root + "/citeis.csv") }
      try expect(error.place.file == root + "/citeis.csv", "its place is \(error.place)")
      try expect(error.advice == "did you mean \(root)/cities.csv?", "its advice is \(error.advice ?? "none")")
      let far = try expectCode("storage.not-found") { try store.open(root + "/quite-another") }
      try expect(far.advice == nil, "it names \(far.advice ?? "")")
      try expectCode("storage.not-found") { try store.list(root + "/nowhere") }
    },
    StoreBehaviour("lists are in byte order, and names are taken as they are") { store, root in
      let names = ["10", "9", "B", "a", "a b", "a%20b", "a+b", "a=b&c", "b", "z", "é", "数", "😀"]
      for (index, name) in names.enumerated().shuffled() { try put([[UInt8(index)]], at: "\(root)/\(name)", store) }
      try expect(try store.list(root) == names.map { "\(root)/\($0)" }, "they are \(try store.list(root))")
      for (index, name) in names.enumerated() {
        try expect(try bytes(of: try store.open("\(root)/\(name)")) == [UInt8(index)], "\"\(name)\" is another one")
      }
    },
  ]
}

// MARK: - Writing only where nothing is

extension StoreBehaviour {
  private static let absence: [StoreBehaviour] = [
    StoreBehaviour("with ifAbsent nothing is replaced, at the start and at publishing") { store, root in
      let path = root + "/object"
      let early = try store.create(path, WriteOptions(ifAbsent: true))
      try [UInt8]([9, 9]).withUnsafeBytes { try early.write($0) }
      try put([[1]], at: path, store, WriteOptions(ifAbsent: true))
      try expectCode("storage.exists") { try store.create(path, WriteOptions(ifAbsent: true)) }
      try expectCode("storage.exists") { try early.publish() }
      early.discard()
      try expect(try bytes(of: try store.open(path)) == [1], "it was replaced")
      try expect(try store.list(root) == [path], "more is there")
      try store.delete(path)
      try put([[3]], at: path, store, WriteOptions(ifAbsent: true))
      try expect(try bytes(of: try store.open(path)) == [3], "it cannot be written after removing")
    },
    StoreBehaviour("of 100 writers that race with ifAbsent, one wins") { store, root in
      let path = root + "/object"
      let racers = try (0..<100).map { try Racer($0, try store.create(path, WriteOptions(ifAbsent: true))) }
      let outcomes = Mutex<[Int: String]>([:])
      let gate = Gate()
      let threads = racers.compactMap { racer in
        Thread {
          gate.wait()
          let code: String
          do {
            try racer.writer.publish()
            code = "published"
          } catch { code = (error as? any Diagnosis)?.code ?? "\(error)" }
          outcomes.withLock { $0[racer.number] = code }
        }
      }
      gate.open()
      for thread in threads { thread.join() }
      let ended = outcomes.withLock { $0 }
      try expect(ended.count == 100, "\(ended.count) have ended")
      let winners = ended.filter { $0.value == "published" }.keys
      let others = Set(ended.values).subtracting(["published", "storage.exists"])
      try expect(others.isEmpty, "some ended with \(others)")
      guard let winner = winners.first, winners.count == 1 else { throw Unmet("\(winners.count) have won") }
      try expect(try bytes(of: try store.open(path)) == Racer.bytes(winner), "what is there is not the winner's")
      try expect(try store.list(root) == [path], "more is there")
    },
  ]

  /// @unchecked: one thread has it after the other.
  private struct Racer: @unchecked Sendable {
    let number: Int
    let writer: any ObjectWriter

    init(_ number: Int, _ writer: any ObjectWriter) throws {
      self.number = number
      self.writer = writer
      try Self.bytes(number).withUnsafeBytes { try writer.write($0) }
    }

    static func bytes(_ number: Int) -> [UInt8] { [UInt8](repeating: UInt8(number), count: 1000 + number) }
  }
}

/// Holds threads until it is opened.
public final class Gate: Sendable {
  private let condition = Condition()
  private let isOpen = Mutex(false)

  /// Closed at first.
  public init() {}

  /// Lets all through, for good.
  public func open() {
    condition.locked {
      isOpen.withLock { $0 = true }
      condition.broadcast()
    }
  }

  /// Waits until it is open.
  public func wait() { condition.locked { while !isOpen.withLock({ $0 }) { condition.wait() } } }
}

private func expect(_ isMet: Bool, _ otherwise: @autoclosure () throws -> String, line: Int = #line) throws {
  if !isMet { throw Unmet("line \(line): \(try otherwise())") }
}

@discardableResult
private func expectCode(_ code: String, line: Int = #line, _ body: () throws -> some Any) throws -> any Diagnosis {
  do {
    _ = try body()
  } catch {
    guard let error = error as? any Diagnosis, error.code == code else {
      throw Unmet("line \(line): \(error), and not \(code)")
    }
    return error
  }
  throw Unmet("line \(line): no error, and not \(code)")
}

private func put(
  _ pieces: [[UInt8]], at path: String, _ store: any ObjectStore, _ options: WriteOptions = WriteOptions()
)
  throws
{
  let writer = try store.create(path, options)
  for piece in pieces { try piece.withUnsafeBytes { try writer.write($0) } }
  try writer.publish()
}

private func bytes(of object: any ReadableObject, at offset: Int = 0, count: Int? = nil) throws -> [UInt8] {
  let count = count ?? object.byteCount
  return try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
    try object.read(
      at: offset, into: UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[..<count]))
    filled = count
  }
}
