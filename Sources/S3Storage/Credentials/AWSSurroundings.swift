// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Glibc

/// A file that is there and cannot be read, or a program that cannot be run.
struct SurroundingsFault: Error {
  /// The system's words.
  var reason: String
}

/// What credentials, region and endpoint are found from, but for the network: so that tests may bring their own.
struct AWSSurroundings: Sendable {
  /// Variables of the process.
  var environment: [String: String]
  /// What `~` stands for; nil where nobody knows.
  var homeFolder: String?
  /// The whole file; nil if there is none. Throws ``SurroundingsFault`` where it is there and cannot be read, or is larger than 8 MiB.
  var readFile: @Sendable (_ path: String) throws -> [UInt8]?
  /// Runs a program, without a shell, to its end; gives its exit status and what it wrote, at most 1 MiB. Throws ``SurroundingsFault``.
  var run: @Sendable (_ arguments: [String], _ environment: [String: String]) throws -> (status: Int32, output: [UInt8])
  /// Seconds since 1970.
  var now: @Sendable () -> Double
  /// Waits, for so many seconds.
  var pause: @Sendable (_ seconds: Double) -> Void

  /// Those of this process.
  static func ofProcess() -> AWSSurroundings {
    AWSSurroundings(
      environment: processEnvironment(), homeFolder: accountHomeFolder(), readFile: readSmallFile(_:),
      run: runProgram(_:environment:), now: secondsSince1970, pause: { usleep(UInt32($0 * 1_000_000)) })
  }

  /// A variable's value; one that is empty counts as not set.
  subscript(_ name: String) -> String? {
    guard let value = environment[name], !value.isEmpty else { return nil }
    return value
  }

  /// True or false as the AWS tools read it: `true` in any case, and all else is false; nil if it is not set.
  func flag(_ name: String) -> Bool? { self[name].map { $0.lowercased() == "true" } }

  /// `path` with `~/` at its start and `$NAME`, `${NAME}` in it replaced, where they are known.
  func expanded(_ path: String) -> String {
    var result = ""
    var rest = path[...]
    if path == "~" || path.hasPrefix("~/"), let home = self["HOME"] ?? homeFolder {
      result = home
      rest = rest.dropFirst()
    }
    while let dollar = rest.firstIndex(of: "$") {
      result += rest[..<dollar]
      var tail = rest[rest.index(after: dollar)...]
      let isBraced = tail.first == "{"
      if isBraced { tail = tail.dropFirst() }
      let name = tail.prefix { $0 == "_" || $0.isASCII && ($0.isLetter || $0.isNumber) }
      let isClosed = !isBraced || tail[name.endIndex...].first == "}"
      if let value = environment[String(name)], isClosed {
        result += value
        rest = tail[name.endIndex...].dropFirst(isBraced ? 1 : 0)
      } else {
        result += "$"
        rest = rest[rest.index(after: dollar)...]
      }
    }
    return result + rest
  }
}

/// Seconds since 1970 by the system's clock.
private func secondsSince1970() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_REALTIME, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

private func processEnvironment() -> [String: String] {
  var variables: [String: String] = [:]
  var entry = environ
  while let text = entry.pointee {
    let pair = String(cString: text).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    if pair.count == 2 { variables[String(pair[0])] = String(pair[1]) }
    entry += 1
  }
  return variables
}

/// The home folder that the system has for the user of this process.
private func accountHomeFolder() -> String? {
  var record = passwd()
  var found: UnsafeMutablePointer<passwd>?
  var buffer = [CChar](repeating: 0, count: 16_384)
  guard getpwuid_r(getuid(), &record, &buffer, buffer.count, &found) == 0, found != nil, let folder = record.pw_dir
  else {
    return nil
  }
  return String(cString: folder)
}

private func readSmallFile(_ path: String) throws -> [UInt8]? {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else {
    if errno == ENOENT || errno == ENOTDIR { return nil }
    throw SurroundingsFault(reason: String(cString: strerror(errno)))
  }
  defer { close(descriptor) }
  return try readAll(descriptor, atMost: 8 << 20)
}

/// All bytes up to the end; more than `limit` is a fault.
func readAll(_ descriptor: Int32, atMost limit: Int) throws -> [UInt8] {
  var bytes: [UInt8] = []
  var piece = [UInt8](repeating: 0, count: 65_536)
  while true {
    let count = read(descriptor, &piece, piece.count)
    if count == 0 { return bytes }
    if count < 0 {
      if errno == EINTR { continue }
      throw SurroundingsFault(reason: String(cString: strerror(errno)))
    }
    bytes += piece[..<count]
    guard bytes.count <= limit else { throw SurroundingsFault(reason: "more than \(limit) bytes") }
  }
}
