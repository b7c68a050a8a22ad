// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Aggregation

private func pairs(_ text: String) throws -> [String] {
  try namePairs(in: text, part: .on, example: "names").map { pair in
    pair.value.map { "\(pair.name) -> \($0)" } ?? pair.name
  }
}

@Test func namesAreSaidToBeOthers() throws {
  #expect(try pairs("date, uf=state") == ["date", "uf -> state"])
  #expect(try pairs(" \"a=b\" = \"c, d\" ,e = f") == ["a=b -> c, d", "e -> f"])
  #expect(try pairs("*=0.1%") == ["* -> 0.1%"])
}

@Test(arguments: [("", nil), ("a=", 3), ("=a", 1), ("a=b=c", 4), ("a b", 3), ("a,,b", 3), ("\"a", 1)])
func listsThatAreNoPairs(text: String, position: Int?) throws {
  let error = #expect(throws: QuerySyntaxError.self) { try pairs(text) }
  #expect(error?.code == "query.syntax" && error?.position == position, "\(text)")
}
