// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import CColumnShims
import Glibc

/// Greatest resident memory of this program. Not what getrusage tells, which begins with that of whoever started it.
func peakMemoryByteCount() -> Int {
  if let status = fopen("/proc/self/status", "r") {
    defer { fclose(status) }
    var line = [CChar](repeating: 0, count: 256)
    while fgets(&line, Int32(line.count), status) != nil {
      let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      if text.hasPrefix("VmHWM:"), let kibibytes = Int(text.filter(\.isNumber)) { return kibibytes << 10 }
    }
  }
  var usage = rusage()
  getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
  return usage.ru_maxrss * 1024
}

/// Resident memory of this program now, after what was freed has been given back to the system.
func residentByteCount() -> Int {
  cs_trim_memory()
  guard let status = fopen("/proc/self/statm", "r") else { return peakMemoryByteCount() }
  defer { fclose(status) }
  var line = [CChar](repeating: 0, count: 128)
  guard fgets(&line, Int32(line.count), status) != nil else { return peakMemoryByteCount() }
  let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  // The second number is that of resident pages.
  let pages = text.split(separator: " ").dropFirst().first.flatMap { Int($0) }
  return pages.map { $0 * sysconf(Int32(_SC_PAGESIZE)) } ?? peakMemoryByteCount()
}
