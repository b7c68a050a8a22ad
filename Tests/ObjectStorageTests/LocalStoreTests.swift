// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Glibc
import Testing

@testable import ObjectStorage

@Suite struct LocalStoreTests {
  private let store = LocalStore()

  private func names(in folder: String) throws -> [String] { try namesInFolder(folder, name: folder).sorted() }

  @Test func aReplacedFileKeepsItsRights() throws {
    try withScratchFolder { folder in
      let path = folder + "/out"
      try writeFile(path, [1])
      chmod(path, 0o640)
      try put([[2]], to: try store.create(path))
      #expect(FileStatus(following: path)?.permissions == 0o640)
      #expect(try bytes(of: try store.open(path)) == [2])
      #expect(try names(in: folder) == ["out"])
    }
  }

  @Test func piecesOfAnySizeStayInOrder() throws {
    let sizes = [
      65_536, 1, 65_535, 65_536, 65_537, 0, 1 << 20, 1, (1 << 20) - 1, 65_536, 3, (1 << 20) + 5, 200_000, 65_535,
    ]
    let pieces = sizes.enumerated().map { index, size in [UInt8](repeating: UInt8(index + 1), count: size) }
    try withScratchFolder { folder in
      try put(pieces, to: try store.create(folder + "/out"))
      #expect(try bytes(of: try store.open(folder + "/out")) == Array(pieces.joined()))
    }
  }

  @Test func linksStayAndTheirTargetIsReplaced() throws {
    try withScratchFolder { folder in
      try writeFile(folder + "/target", [1])
      symlink("target", folder + "/link")
      symlink(folder + "/link", folder + "/link-to-link")
      symlink("new", folder + "/dangling")
      try put([[2]], to: try store.create(folder + "/link-to-link"))
      try put([[3]], to: try store.create(folder + "/dangling"))
      #expect(FileStatus(notFollowing: folder + "/link")?.isLink == true)
      #expect(try bytes(of: try store.open(folder + "/target")) == [2])
      #expect(try bytes(of: try store.open(folder + "/new")) == [3])
      symlink("circle", folder + "/circle")
      #expect(failure { try store.create(folder + "/circle") }?.code == "storage.link-loop")
    }
  }

  @Test func devicesAndPipesAreWrittenThrough() throws {
    try put([[1, 2, 3]], to: try store.create("/dev/null"))
    #expect(FileStatus(following: "/dev/null")?.isRegularFile == false)
    try withScratchFolder { folder in
      let path = folder + "/pipe"
      mkfifo(path, 0o600)
      // Open for both, so that neither end waits for the other.
      let reader = try FileDescriptor(opening: path, O_RDWR, name: path, doing: "open")
      try put([[1, 2], [3]], to: try store.create(path))
      var received = [UInt8](repeating: 0, count: 3)
      let count = try received.withUnsafeMutableBytes { try reader.readFully(into: $0, name: path) }
      #expect(count == 3 && received == [1, 2, 3])
      #expect(FileStatus(following: path)?.kind == S_IFIFO)
      #expect(failure { try store.open(path) }?.code == "storage.not-seekable")
    }
  }

  @Test func aFullDiskIsSaid() throws {
    let writer = try store.create("/dev/full")
    let error = failure { try put([[1]], to: writer) }
    #expect(error?.code == "storage.full")
    #expect(error?.place.file == "/dev/full")
  }

  @Test func aReaderThatHasGoneIsSaid() throws {
    signal(SIGPIPE, SIG_IGN)
    var ends: [Int32] = [0, 0]
    pipe(&ends)
    close(ends[0])
    let writer = WriteThroughWriter(FileDescriptor(ends[1]), name: "-")
    #expect(failure { try put([[1]], to: writer) }?.code == "storage.closed-pipe")
    // It stays failed, and says the same again.
    let large = [UInt8](repeating: 0, count: 2 << 20)
    let second = WriteThroughWriter(
      try FileDescriptor(opening: "/dev/full", O_WRONLY, name: "full", doing: ""), name: "-")
    for _ in 0..<2 {
      #expect(failure { try large.withUnsafeBytes { try second.write($0) } }?.code == "storage.full")
    }
    #expect(failure { try put([[1]], to: second) }?.code == "storage.full")
    let third = WriteThroughWriter(
      try FileDescriptor(opening: "/dev/full", O_WRONLY, name: "full", doing: ""), name: "-")
    #expect(failure { try large.withUnsafeBytes { try third.write($0) } }?.code == "storage.full")
    #expect(failure { try [1 as UInt8].withUnsafeBytes { try third.write($0) } }?.code == "storage.full")
    #expect(failure { try third.publish() }?.code == "storage.full")
  }

  @Test(arguments: [
    (ENOSPC, "storage.full"), (EDQUOT, "storage.full"), (EROFS, "storage.read-only"), (EACCES, "storage.permission"),
    (EPERM, "storage.permission"), (EFBIG, "storage.file-too-large"), (EMFILE, "storage.too-many-open-files"),
    (EIO, "storage.system"),
  ]) func errorNumbersHaveStableCodes(_ number: Int32, _ code: String) {
    let error = StorageError(errno: number, name: "x", doing: "write to it")
    #expect(error.code == code)
    #expect(error.place == Place(file: "x"))
    #expect(!error.summary.contains("\n"))
  }

  @Test func foldersAndMissingFoldersAreSaid() throws {
    try withScratchFolder { folder in
      #expect(failure { try store.create(folder) }?.code == "storage.is-folder")
      #expect(failure { try store.create(folder + "/") }?.code == "storage.is-folder")
      #expect(failure { try store.open(folder) }?.code == "storage.is-folder")
      try writeFile(folder + "/file", [])
      #expect(failure { try store.list(folder + "/file") }?.code == "storage.not-a-folder")
      #expect(failure { try store.open(folder + "/file/x") }?.code == "storage.not-a-folder")
      #expect(
        failure { try store.create(folder + "/" + String(repeating: "x", count: 300)) }?.code == "storage.bad-name")
    }
  }

  @Test func aMissingFolderIsNamed() throws {
    try withScratchFolder { folder in
      let error = failure { try store.create(folder + "/none/out") }
      #expect(error?.code == "storage.not-found")
      #expect(error?.advice == "create it: mkdir -p \(folder)/none")
    }
  }

  @Test func longNamesStillFindATemporary() throws {
    try withScratchFolder { folder in
      let name = String(repeating: "é", count: 127)
      try put([[5]], to: try store.create("\(folder)/\(name)"))
      #expect(try names(in: folder) == [name])
    }
  }

  @Test func staleTemporariesOfThatTargetAreRemovedAndNoOthers() throws {
    try withScratchFolder { folder in
      let other = ".other.colonnade-tmp-1-abc"
      let similar = ".out.colonnade-tmp-notes"
      for name in [".out.colonnade-tmp-1-abc", ".out.colonnade-tmp-\(getpid())-x1", other, similar] {
        try writeFile("\(folder)/\(name)", [1])
      }
      let live = try store.create(folder + "/out")
      #expect(try names(in: folder).count == 3)
      try put([[2]], to: try store.create(folder + "/out"))
      try put([[3]], to: live)
      #expect(try names(in: folder) == [other, similar, "out"])
      #expect(try bytes(of: try store.open(folder + "/out")) == [3])
    }
  }

  @Test func listsLeaveOutFoldersAndUnfinishedOutputs() throws {
    try withScratchFolder { folder in
      mkdir(folder + "/folder", 0o700)
      symlink("file", folder + "/link")
      try writeFile(folder + "/file", [])
      let writer = try store.create(folder + "/out")
      #expect(try store.list(folder) == ["file", "link"].map { "\(folder)/\($0)" })
      #expect(try store.list(folder + "/") == ["file", "link"].map { "\(folder)/\($0)" })
      writer.discard()
    }
  }

  @Test func aFileCutWhileOpenIsAnError() throws {
    try withScratchFolder { folder in
      let path = folder + "/data"
      try writeFile(path, [UInt8](repeating: 1, count: 100))
      let file = try store.open(path)
      truncate(path, 60)
      let error = failure { try bytes(of: file) }
      #expect(error?.code == "storage.truncated")
      #expect(error?.place == Place(file: path, byteOffset: 60))
      let source = ObjectSource(file)
      #expect(failure { try bytes(of: source, pieceSize: 50) }?.code == "storage.truncated")
    }
  }

  @Test func temporaryFilesAreReadableAndLeaveNoName() throws {
    try withScratchFolder { folder in
      let file = try TemporaryFile(in: folder)
      let content = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
      try content.withUnsafeBytes { try file.write($0) }
      #expect(try names(in: folder) == [])
      let reading = try file.reading()
      #expect(try bytes(of: reading) == content)
      #expect(try bytes(of: ObjectSource(reading)) == content)
      let plain = try TemporaryFile.named(in: folder, name: "x")
      try plain.writeAll([1, 2], name: "x")
      #expect(try names(in: folder) == [])
      #expect(try bytes(of: try LocalFile(plain, name: "x")) == [1, 2])
      #expect(failure { try TemporaryFile(in: folder + "/none") }?.code == "storage.not-found")
    }
  }
}
