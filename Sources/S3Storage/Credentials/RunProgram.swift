// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Runs the program `arguments[0]`, sought in `PATH`, to its end; gives its exit status (128 + n where signal n ended it) and its standard
/// output, of at most 1 MiB.
///
/// Its standard input is empty, as ours may be data, and its standard error goes nowhere, as it may hold secrets. Signals are as they are
/// at the start of a program. Throws ``SurroundingsFault``.
func runProgram(_ arguments: [String], environment: [String: String]) throws -> (status: Int32, output: [UInt8]) {
  var ends: [Int32] = [-1, -1]
  guard pipe(&ends) == 0 else { throw SurroundingsFault(reason: String(cString: strerror(errno))) }
  for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
  defer { close(ends[0]) }
  let started = startProgram(arguments, environment: environment, output: ends[1])
  close(ends[1])
  guard started.fault == 0 else { throw SurroundingsFault(reason: String(cString: strerror(started.fault))) }
  let output = Result { try readAll(ends[0], atMost: 1 << 20) }
  // One that writes without end must not keep us waiting for it.
  if case .failure = output { kill(started.process, SIGKILL) }
  var status: Int32 = 0
  while waitpid(started.process, &status, 0) < 0 {
    guard errno == EINTR else { throw SurroundingsFault(reason: String(cString: strerror(errno))) }
  }
  let signal = status & 0x7F
  return (signal == 0 ? (status >> 8) & 0xFF : 128 + signal, try output.get())
}

/// Starts a program; `fault` is the system's error number, or 0.
private func startProgram(
  _ arguments: [String], environment: [String: String], output: Int32
) -> (process: pid_t, fault: Int32) {
  var files = posix_spawn_file_actions_t()
  posix_spawn_file_actions_init(&files)
  defer { posix_spawn_file_actions_destroy(&files) }
  posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0)
  posix_spawn_file_actions_adddup2(&files, output, 1)
  posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0)

  var attributes = posix_spawnattr_t()
  posix_spawnattr_init(&attributes)
  defer { posix_spawnattr_destroy(&attributes) }
  var none = sigset_t()
  sigemptyset(&none)
  var all = sigset_t()
  sigfillset(&all)
  posix_spawnattr_setsigmask(&attributes, &none)
  posix_spawnattr_setsigdefault(&attributes, &all)
  posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

  var words = arguments.map { strdup($0) } + [nil]
  var variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
  defer { for text in words + variables { free(text) } }
  var process: pid_t = 0
  let fault = posix_spawnp(&process, arguments[0], &files, &attributes, &words, &variables)
  return (process, fault)
}
