// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import ChunkFile
import Pipelines

/// Options of commands that write a chunk file.
struct ChunkFileOptions: ParsableArguments {
  @Option(name: [.customShort("o"), .long], help: ArgumentHelp("Chunk file to write.", valueName: "file"))
  var output: String

  @Option(
    help: ArgumentHelp(
      "Page compression: auto (zstd where it pays), zstd[:1-19], zlib[:1-9], none.", valueName: "codec"))
  var compression: Compression = .automatic

  @OptionGroup var writing: WritingOptions

  func validate() throws {
    _ = try target()
    if output == "-", isTerminal(1) { throw ValidationError("a chunk file does not go to a terminal: say -o FILE.cln") }
  }

  /// Where the chunk file goes. Throws a usage error.
  func target() throws -> OutputTarget {
    var target = try usage { try OutputTarget(chunkFile: output) }
    target.writing = try writing.options(for: [output])
    return target
  }
}

extension Compression: ExpressibleByArgument {
  /// The default as it is written.
  public var defaultValueDescription: String { self == .automatic ? "auto" : "\(self)" }

  /// `auto`, `none`, `zstd`, `zstd:9`, `zlib`, `zlib:6`.
  public init?(argument: String) {
    let parts = argument.split(separator: ":", omittingEmptySubsequences: false)
    let level = parts.count == 2 ? Int(parts[1]) : nil
    if parts.count > 2 || (parts.count == 2 && level == nil) { return nil }
    switch (parts.first.map(String.init), level) {
    case ("auto", nil): self = .automatic
    case ("none", nil): self = .none
    case ("zstd", nil): self = .zstd(level: 3)
    case ("zstd", let level?) where (1...19).contains(level): self = .zstd(level: level)
    case ("zlib", nil): self = .zlib(level: 6)
    case ("zlib", let level?) where (1...9).contains(level): self = .zlib(level: level)
    default: return nil
    }
  }
}
