// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Colonnade
import Glibc
import Testing

@Suite struct PublishFolderTests {
  /// Writes a part of one column.
  private func write(_ path: String, _ values: [Int64]) throws {
    let object = try LocalStore().create(path)
    let writer = try ChunkFileWriter(to: object, columnCount: 1)
    let page = try ChunkFileWriter.encode(
      ColumnPage(values: .int64(values)), as: .int64, statistics: nil, compression: .automatic)
    try writer.append(rowCount: values.count, pages: [page])
    _ = try writer.finish(schema: Schema([Field(name: "n", type: .int64)]), dictionaries: [nil], metadata: [])
    try object.publish()
  }

  /// Without `await`: where there is one, the other `publish` is taken.
  private func publishHere(_ folder: String, parts: [String]? = nil, ifAbsent: Bool = false) throws -> Manifest {
    try Dataset.publish(folder: folder, parts: parts, ifAbsent: ifAbsent)
  }

  /// `name` keeps apart what tests that run at once write.
  private func withFolder(_ name: String, _ body: (String) async throws -> Void) async throws {
    let folder = "/tmp/colonnade-publish-\(name)-\(getpid())"
    mkdir(folder, 0o700)
    defer {
      for path in (try? LocalStore().list(folder)) ?? [] { unlink(path) }
      rmdir(folder)
    }
    try await body(folder)
  }

  @Test func aPublishedFolderIsItsPartsAndNoOthers() async throws {
    try await withFolder("versions") { folder in
      try write("\(folder)/b.cln", [3])
      try write("\(folder)/a.cln", [1, 2])
      let manifest = try publishHere(folder)
      #expect(manifest.parts.map(\.name) == ["a.cln", "b.cln"] && manifest.parts.map(\.rowCount) == [2, 1])
      try write("\(folder)/c.cln", [10])
      #expect(try Dataset(folder).aggregate("sum(n)")[0, "n"] == .int64(6))
      // The next version: what is named, in the order of names.
      let next = try await Dataset.publish(folder: folder + "/", parts: ["c.cln", "b.cln"])
      #expect(next.parts.map(\.name) == ["b.cln", "c.cln"] && next.rowCount == 2)
      #expect(try Dataset(folder).aggregate("sum(n)")[0, "n"] == .int64(13))
    }
  }

  @Test func whatIsNotAsListedIsAnError() async throws {
    try await withFolder("errors") { folder in
      try write("\(folder)/a.cln", [1, 2])
      _ = try publishHere(folder)
      let exists = #expect(throws: StorageError.self) { try publishHere(folder, ifAbsent: true) }
      #expect(exists?.code == "storage.exists")
      try write("\(folder)/a.cln", [1, 3])
      let changed = #expect(throws: ManifestError.self) { try Dataset(folder) }
      #expect(changed?.code == "manifest.part-changed" && changed?.place.file == "\(folder)/a.cln")
      unlink("\(folder)/a.cln")
      let missing = #expect(throws: ManifestError.self) { try Dataset(folder) }
      #expect(missing?.code == "manifest.part-missing" && missing?.place.file == "\(folder)/a.cln")
      let none = #expect(throws: (any Error).self) { try publishHere(folder, parts: []) }
      #expect((none as? any Diagnosis)?.code == "input.no-chunk-files")
    }
  }
}
