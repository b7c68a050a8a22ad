// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Columns
import ObjectStorage
import Pipelines

/// The command `colonnade`: its subcommands, and how errors become exit codes.
@main
struct ColonnadeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "colonnade",
    abstract: "Convert large CSVs into compressed columnar files, aggregate them, and compare them, exactly.",
    discussion: """
      EXAMPLES
        colonnade convert cities.csv.gz -o cities.cln
        colonnade agg cities.cln --by date,state --agg 'sum(cases), sum(deaths)'
        colonnade cmp published.csv computed.csv --on date,state -o report.json

      An INPUT is a CSV (plain, .gz or .zst), a .cln file, an Arrow stream or file,
      a folder or a quoted pattern of them, or - for standard input: its content
      tells which; convert and sniff take CSVs, merge and verify .cln files. Inputs
      and outputs may lie in S3: s3://bucket/key, with credentials and endpoint
      as the AWS tools find them. Data go to standard output, all else to
      standard error.

      EXIT CODES
        0    done; cmp: equal
        1    cmp found differences
        2    the data or the environment is at fault
        64   wrong usage
        141  the reader of standard output went away
      """,
    version: "0.1.0",
    subcommands: [
      ConvertCommand.self, SniffCommand.self, AggCommand.self, MergePartialsCommand.self, CmpCommand.self,
      InspectCommand.self, HeadCommand.self,
      ExportCommand.self, MergeCommand.self, VerifyCommand.self, ManifestCommand.self, CSVCommand.self,
      S3Command.self,
    ]
  )

  static func main() {
    prepareProcess()
    do {
      var command = try parsedSubcommand() ?? parseAsRoot()
      try command.run()
      endProcess(0)
    } catch let error as any Diagnosis {
      guard error.code != StorageError.Kind.closedPipe.rawValue else { endProcess(141) }
      printDiagnosis(error)
      endProcess(2)
    } catch {
      let code = exitCode(for: error)
      // --help, --version and exit codes of the commands themselves are the argument parser's to print.
      guard code == .validationFailure else { exit(withError: error) }
      printWrongUsage(misspeltCommand() ?? message(for: error) + joinedValueAdvice(error), command: namedCommand)
      endProcess(code.rawValue)
    }
  }

  /// The subcommand that the first argument names, parsed on its own: that spares the definitions of all others, a quarter of the time of
  /// a short job. nil where its arguments are wrong, or ask for help: the whole command then says what is to be said.
  private static func parsedSubcommand() -> (any ParsableCommand)? {
    let arguments = CommandLine.arguments.dropFirst()
    guard let type = configuration.subcommands.first(where: { $0.configuration.commandName == arguments.first }),
      let command = try? type.parseAsRoot(Array(arguments.dropFirst()))
    else { return nil }
    return Swift.type(of: command) == type ? command : nil
  }

  /// Names of the subcommands.
  private static var commandNames: [String] { configuration.subcommands.compactMap { $0.configuration.commandName } }

  /// The first argument, if there is one.
  private static var firstArgument: String? { CommandLine.arguments.count > 1 ? CommandLine.arguments[1] : nil }

  /// The subcommand that the first argument names, if it names one.
  private static var namedCommand: String? { commandNames.first { $0 == firstArgument } }

  /// A line of advice if the option that has no value is followed by one that looks like an option: `--by '-x'`.
  private static func joinedValueAdvice(_ error: any Error) -> String {
    let message = message(for: error)
    guard message.hasPrefix("Missing value for ") else { return "" }
    let arguments = CommandLine.arguments
    for (option, value) in zip(arguments, arguments.dropFirst())
    where message.contains("'\(option) ") && value.hasPrefix("-") && !value.hasPrefix("--") {
      let isPlain = value.unicodeScalars.allSatisfy {
        $0.properties.isAlphabetic || "0123456789-_.,".unicodeScalars.contains($0)
      }
      let doubled = value.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
      let quoted = isPlain ? value : "'\(doubled)'"
      return "\n  try: \(option)=\(quoted)"
    }
    return ""
  }

  /// Says so if the first argument was meant to be a subcommand and is none.
  private static func misspeltCommand() -> String? {
    guard namedCommand == nil, let name = firstArgument, !name.hasPrefix("-"), name != "help" else { return nil }
    let near = nearestName(to: name, among: commandNames).map { "did you mean \"\($0)\"?" }
    return "no command \"\(name)\"\n  try: \(near ?? commandNames.joined(separator: ", "))"
  }
}
