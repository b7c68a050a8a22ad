// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Columns
import Glibc
import Pipelines

/// Ends the process at once, saying nothing. What libraries do at the end is left out: threads may be in the middle of a transfer.
func endProcess(_ code: Int32) -> Never {
  fflush(nil)
  _exit(code)
}

/// Writes to standard error where and what, further lines if there are, then what to do.
func printDiagnosis(_ error: any Diagnosis) {
  let place = error.place.description
  var text = "error: \(place.isEmpty ? "" : place + ": ")\(error.summary)\n"
  for detail in error.details { text += "  \(detail)\n" }
  if let advice = error.advice { text += "  try: \(advice)\n" }
  printToStandardError(text)
}

/// Writes what is wrong with the arguments, and where to read on, to standard error.
func printWrongUsage(_ message: String, command: String?) {
  // Of what the argument parser says, the first line is the message and the rest repeats the help; ours may advise.
  let lines = message.split(separator: "\n")
  var text = "error: \(lines.first ?? "wrong usage")\n"
  for line in lines.dropFirst() where line.hasPrefix("  try: ") { text += line + "\n" }
  text += "  see: colonnade \(command.map { $0 + " " } ?? "")--help\n"
  printToStandardError(text)
}

/// Writes text to standard error as it is; a failure to do so has nobody to be told.
func printToStandardError(_ text: String) {
  var text = text
  text.withUTF8 { bytes in
    var rest = UnsafeRawBufferPointer(bytes)
    while rest.count > 0 {
      let written = write(2, rest.baseAddress, rest.count)
      guard written > 0 else { return }
      rest = UnsafeRawBufferPointer(rebasing: rest[written...])
    }
  }
}

/// True if the descriptor is a terminal.
func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

/// Columns of the terminal at a descriptor; nil where it does not say.
func terminalWidth(_ descriptor: Int32) -> Int? {
  var size = winsize()
  guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
  return Int(size.ws_col)
}

/// Writes text to standard output as it is.
func printToStandardOutput(_ text: String) throws { try writeText(text, to: "-") }
