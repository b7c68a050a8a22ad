// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Testing

@testable import ObjectStorage

/// What every store must do, run against each of them in a fresh place.
@Suite struct StoreBehaviours {
  enum StoreKind: CaseIterable { case memory, local }

  private func withStore(_ kind: StoreKind, _ body: (any ObjectStore, _ root: String) throws -> Void) throws {
    switch kind {
    case .memory: try body(MemoryStore(), "root")
    case .local: try withScratchFolder { try body(LocalStore(), $0) }
    }
  }

  @Test(arguments: StoreKind.allCases) func publishedBytesAreReadBack(_ kind: StoreKind) throws {
    try withStore(kind) { store, root in
      let pieces = [0, 1, 1000, 1 << 20, (1 << 20) + 1, 3, 700_000, 700_000].map { size in
        (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ size) }
      }
      try put(pieces, to: try store.create(root + "/object"))
      let object = try store.open(root + "/object")
      let expected = pieces.flatMap { $0 }
      #expect(object.name == root + "/object")
      #expect(object.byteCount == expected.count)
      #expect(try bytes(of: object) == expected)
      #expect(try bytes(of: object, at: 999, count: 5) == Array(expected[999..<1004]))
      #expect(try bytes(of: object, at: expected.count, count: 0) == [])
    }
  }

  @Test(arguments: StoreKind.allCases) func nothingIsVisibleBeforePublishing(_ kind: StoreKind) throws {
    try withStore(kind) { store, root in
      try put([[1]], to: try store.create(root + "/old"))
      let writer = try store.create(root + "/new")
      let replacement = try store.create(root + "/old")
      try [UInt8](repeating: 7, count: 2 << 20).withUnsafeBytes {
        try writer.write($0)
        try replacement.write($0)
      }
      #expect(try store.list(root) == [root + "/old"])
      #expect(failure { try store.open(root + "/new") }?.code == "storage.not-found")
      #expect(try bytes(of: try store.open(root + "/old")) == [1])
      writer.discard()
      writer.discard()
      try replacement.publish()
      replacement.discard()
      #expect(try store.list(root) == [root + "/old"])
      #expect(try store.open(root + "/old").byteCount == 2 << 20)
    }
  }

  @Test(arguments: StoreKind.allCases) func anAbandonedWriterIsDiscarded(_ kind: StoreKind) throws {
    try withStore(kind) { store, root in
      try put([[1]], to: try store.create(root + "/kept"))
      do {
        let writer = try store.create(root + "/gone")
        try [UInt8](repeating: 1, count: 10).withUnsafeBytes { try writer.write($0) }
      }
      #expect(try store.list(root) == [root + "/kept"])
    }
  }

  @Test(arguments: StoreKind.allCases) func anOpenObjectDoesNotChangeWhenReplaced(_ kind: StoreKind) throws {
    try withStore(kind) { store, root in
      try put([[1, 2, 3]], to: try store.create(root + "/object"))
      let before = try store.open(root + "/object")
      try put([[4]], to: try store.create(root + "/object"))
      #expect(try bytes(of: before) == [1, 2, 3])
      #expect(try bytes(of: try store.open(root + "/object")) == [4])
    }
  }

  @Test(arguments: StoreKind.allCases) func readingPastTheEndIsAnErrorWithItsPlace(_ kind: StoreKind) throws {
    try withStore(kind) { store, root in
      try put([[1, 2, 3]], to: try store.create(root + "/object"))
      let object = try store.open(root + "/object")
      let error = failure { try bytes(of: object, at: 1, count: 3) }
      #expect(error?.code == "storage.truncated")
      #expect(error?.place == Place(file: root + "/object", byteOffset: 3))
    }
  }

  @Test(arguments: StoreKind.allCases) func missingObjectsSuggestANearName(_ kind: StoreKind) throws {
    try withStore(kind) { store, root in
      try put([[1]], to: try store.create(root + "/cities.csv"))
      let error = failure { try store.open(root + "/citeis.csv") }
      #expect(error?.code == "storage.not-found")
      #expect(error?.place.file == root + "/citeis.csv")
      #expect(error?.advice == "did you mean \(root)/cities.csv?")
      #expect(failure { try store.open(root + "/quite-another") }?.advice == nil)
      #expect(failure { try store.list(root + "/nowhere") }?.code == "storage.not-found")
    }
  }

  @Test(arguments: StoreKind.allCases) func listsAreInByteOrder(_ kind: StoreKind) throws {
    try withStore(kind) { store, root in
      for name in ["b", "a", "é", "B", "10", "9", "z"] { try put([[0]], to: try store.create("\(root)/\(name)")) }
      #expect(try store.list(root) == ["10", "9", "B", "a", "b", "z", "é"].map { "\(root)/\($0)" })
    }
  }
}
