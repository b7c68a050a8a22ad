// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Glibc
import Testing

@testable import ChunkFile

/// The files under `Formats/ChunkFile/v1`: what they hold, that the manifest names each, and that today's writer still makes
/// them. With `COLONNADE_WRITE_VECTORS` in the environment those that are not there yet are written.
///
/// Released files never change; `reader.py --check` compares their hashes.
@Suite struct VectorTests {
  private static let folder =
    #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined() + "/Formats/ChunkFile/v1"

  /// Vectors whose rows today's writer stores in another way than when they were released.
  private static let writtenOtherwiseSince: Set<String> = []

  @Test func vectorsAreThoseOfTodaysWriter() throws {
    for vector in validVectors where !Self.writtenOtherwiseSince.contains(vector.name) {
      try expectFile("valid/\(vector.name).cln", vector.bytes())
      try expectFile("valid/\(vector.name).txt", Array(vector.expectedText().utf8))
    }
    for vector in invalidVectors { try expectFile("invalid/\(vector.name).cln", vector.bytes()) }
    try expectFile("MANIFEST.tsv", Array(manifest().utf8))
  }

  @Test func everyFileHasALineAndEveryLineAFile() throws {
    let lines = String(decoding: try contents("MANIFEST.tsv"), as: UTF8.self).split(separator: "\n").dropFirst()
    let named = lines.map { String($0.split(separator: "\t")[0]) }
    #expect(Set(named).count == named.count, "a file with two lines")
    let files =
      try names(in: "valid").filter { $0.hasSuffix(".cln") }.map { "valid/\($0)" }
      + names(in: "invalid").map { "invalid/\($0)" }
    #expect(Set(files) == Set(named))
    let texts = try names(in: "valid").filter { $0.hasSuffix(".txt") }.map { "valid/\($0.dropLast(4)).cln" }
    #expect(Set(texts) == Set(named.filter { $0.hasPrefix("valid/") }))
    for name in named { #expect(try contents(name).count <= 4_096, "\(name)") }
  }

  @Test func everyRequirementNamedIsInTheSpecification() throws {
    let specification = String(decoding: try contents("../SPECIFICATION.md"), as: UTF8.self)
    for requirement in Set(validVectors.map(\.requirement) + invalidVectors.map(\.requirement)) {
      #expect(specification.contains("**\(requirement)**"), "\(requirement)")
    }
  }

  @Test func theWorkedExampleIsTheFile() throws {
    let specification = String(decoding: try contents("../SPECIFICATION.md"), as: UTF8.self)
    var bytes: [UInt8] = []
    for line in specification.split(separator: "\n") {
      // Lines of the dump: four hex digits of offset, two spaces, bytes in 47 columns or a count of zeros, the comment.
      guard line.count > 6, line.dropFirst(4).hasPrefix("  "), let offset = Int(line.prefix(4), radix: 16) else {
        continue
      }
      #expect(offset == bytes.count, "\(line)")
      let dump = line.dropFirst(6).prefix(47)
      if dump.hasPrefix("00 x ") {
        let count = try #require(Int(dump.dropFirst(5).split(separator: " ")[0]))
        bytes += [UInt8](repeating: 0, count: count)
      } else {
        bytes += dump.split(separator: " ").compactMap { UInt8($0, radix: 16) }
      }
    }
    #expect(try bytes == contents("valid/worked-example.cln"))
  }

  @Test(arguments: validVectors.map(\.name))
  func validVectorIsRead(_ name: String) throws {
    let vector = try #require(validVectors.first { $0.name == name })
    let bytes = try contents("valid/\(name).cln")
    let file = try readAll(bytes)
    #expect(try plainText(of: file, metadata: file.metadata) == vector.expectedText())
    let report = try file.verify()
    #expect(report.problems.isEmpty, "\(report.problems)")
  }

  @Test(arguments: invalidVectors.map(\.name))
  func invalidVectorIsRefused(_ name: String) throws {
    let vector = try #require(invalidVectors.first { $0.name == name })
    let report = try ChunkFile.verify(MemoryObject(bytes: contents("invalid/\(name).cln")))
    let problem = try #require(report.problems.first)
    #expect(problem.error.code == "chunkfile.\(vector.fault.rawValue)", "\(problem.error.summary)")
    #expect(problem.error.place.byteOffset == vector.byteOffset)
    #expect(problem.error.place.file == "memory.cln")
  }

  private func manifest() -> String {
    var lines = ["file\texpectation\tbyte offset\trequirement\twhat it shows"]
    lines += validVectors.map { "valid/\($0.name).cln\trows\t-\t\($0.requirement)\t\($0.sentence)" }
    lines += invalidVectors.map {
      "invalid/\($0.name).cln\tchunkfile.\($0.fault.rawValue)\t\($0.byteOffset)\t\($0.requirement)\t\($0.sentence)"
    }
    return lines.map { $0 + "\n" }.joined()
  }

  private func expectFile(_ name: String, _ bytes: [UInt8]) throws {
    let isNew = access("\(Self.folder)/\(name)", F_OK) != 0 || name == "MANIFEST.tsv"
    if isNew, getenv("COLONNADE_WRITE_VECTORS") != nil {
      let handle = try #require(fopen("\(Self.folder)/\(name)", "w"))
      #expect(fwrite(bytes, 1, bytes.count, handle) == bytes.count)
      fclose(handle)
    } else {
      #expect(try contents(name) == bytes, "\(name) is not what today's writer makes")
    }
  }

  private func contents(_ name: String) throws -> [UInt8] { try fileContents("\(Self.folder)/\(name)") }

  private func names(in subfolder: String) throws -> [String] {
    let stream = try #require(opendir("\(Self.folder)/\(subfolder)"))
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names
  }
}

/// All bytes of a local file.
func fileContents(_ path: String) throws -> [UInt8] {
  let handle = try #require(fopen(path, "r"), "\(path) cannot be opened")
  defer { fclose(handle) }
  fseek(handle, 0, SEEK_END)
  let size = ftell(handle)
  rewind(handle)
  return [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
    count = fread(buffer.baseAddress, 1, size, handle)
  }
}
