// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Glibc
import Testing

@testable import Pipelines

@Test func outputsMayNotReplaceInputsOrOneAnother() throws {
  let folder = "/tmp/colonnade-guard-\(getpid())"
  mkdir(folder, 0o700)
  defer {
    for name in ["a.csv", "link"] { unlink("\(folder)/\(name)") }
    rmdir(folder)
  }
  let input = "\(folder)/a.csv"
  close(open(input, O_CREAT | O_WRONLY, 0o600))
  symlink("a.csv", "\(folder)/link")
  func code(_ outputs: [String], _ inputs: [String]) -> String? {
    do {
      try refuseOverwriting(outputs: outputs, inputs: inputs)
      return nil
    } catch { return (error as? any Diagnosis)?.code }
  }
  #expect(code([input], [input]) == "output.is-input")
  #expect(code(["\(folder)/link"], [input]) == "output.is-input")
  #expect(code([input], ["\(folder)/link"]) == "output.is-input")
  #expect(code([input], [folder]) == "output.is-input")
  #expect(code(["\(folder)/./a.csv"], [input]) == "output.is-input")
  #expect(code(["new.json", "new.json"], [input]) == "output.named-twice")
  #expect(code([input, "\(folder)/link"], ["-"]) == "output.named-twice")
  #expect(code(["-", "-"], [input]) == "output.named-twice")
  #expect(code(["/dev/null", "/dev/null"], ["-"]) == nil)
  #expect(code(["new.cln", "-"], [input]) == nil)
}
