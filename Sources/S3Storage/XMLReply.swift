// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

// No library: the answers of S3 and STS are flat lists of elements, and the one library at hand, FoundationXML, brings libxml2
// and ICU with it and would double the time in which the command starts.

/// A reply that is not the XML it should be. It never quotes the reply, which may hold secrets.
struct XMLFault: Error, Equatable {
  /// What is wrong, a few words.
  var reason: String
  /// Where, in bytes of the reply.
  var byteOffset: Int
}

/// An element of a reply: attributes and the prefixes of name spaces are dropped.
struct XMLNode: Sendable, Equatable {
  /// Name without prefix: `ListBucketResult`.
  var name: String
  /// Its own characters, exactly; empty where there are only blanks between children.
  var text: String
  /// Elements in it, in order.
  var children: [XMLNode]

  /// The first child called `name`.
  func first(_ name: String) -> XMLNode? { children.first { $0.name == name } }

  /// All children called `name`, in order.
  func all(_ name: String) -> [XMLNode] { children.filter { $0.name == name } }

  /// The text found by going from child to child, always to the first of that name: `reply["Error", "Code"]`; nil if one is missing.
  subscript(path: String...) -> String? {
    var node = self
    for name in path {
      guard let next = node.first(name) else { return nil }
      node = next
    }
    return node.text
  }

  /// The root element of a document in UTF-8.
  ///
  /// Refused are document types (and with them entities of the document's own), other encodings, depth past 32, and whatever is not
  /// well-formed (Extensible Markup Language 1.0, fifth edition), save that references to control characters are taken: keys of objects
  /// may hold them, and servers write them. Cost: linear in `bytes`, whose number the caller bounds.
  static func parse(_ bytes: [UInt8]) throws(XMLFault) -> XMLNode {
    var reader = XMLReader(bytes: bytes)
    return try reader.document()
  }
}

/// Goes through a document once, with the elements that are still open on a stack.
private struct XMLReader {
  private static let greatestDepth = 32

  private struct Open {
    var qualifiedName: String
    var node: XMLNode
    var characters: [UInt8] = []
  }

  private let bytes: [UInt8]
  private var position = 0
  private var open: [Open] = []
  private var root: XMLNode?

  init(bytes: [UInt8]) { self.bytes = bytes }

  mutating func document() throws(XMLFault) -> XMLNode {
    if starts("\u{FEFF}") { position += 3 }
    if starts("<?xml"), position + 5 < bytes.count, isBlank(bytes[position + 5]) { try declaration() }
    while position < bytes.count {
      if bytes[position] != UInt8(ascii: "<") {
        try characterData()
      } else if starts("<!--") {
        try comment()
      } else if starts("<![CDATA[") {
        try literalData()
      } else if starts("<?") {
        _ = try skip(past: "?>", from: position + 2, orElse: "instruction without an end")
      } else if starts("<!") {
        throw fault("document types are not read")
      } else if starts("</") {
        try endTag()
      } else {
        try startTag()
      }
    }
    guard open.isEmpty else { throw fault("cut off within an element") }
    guard let root else { throw fault("no element") }
    return root
  }

  // MARK: Pieces of a document

  private mutating func declaration() throws(XMLFault) {
    let start = position
    let inside = try skip(past: "?>", from: position + 5, orElse: "declaration without an end")
    let words = String(decoding: bytes[inside], as: UTF8.self).lowercased()
    guard let key = words.firstRange(of: "encoding") else { return }
    let value = words[key.upperBound...].drop { $0 == " " || $0 == "=" || $0 == "\"" || $0 == "'" }
    guard value.hasPrefix("utf-8") || value.hasPrefix("us-ascii") else {
      throw XMLFault(reason: "not in UTF-8", byteOffset: start)
    }
  }

  private mutating func comment() throws(XMLFault) {
    let inside = try skip(past: "--", from: position + 4, orElse: "comment without an end")
    guard position < bytes.count, bytes[position] == UInt8(ascii: ">") else {
      throw XMLFault(reason: "two dashes in a comment", byteOffset: inside.upperBound)
    }
    position += 1
  }

  private mutating func literalData() throws(XMLFault) {
    guard !open.isEmpty else { throw fault("text outside of the root element") }
    let inside = try skip(past: "]]>", from: position + 9, orElse: "CDATA without an end")
    append(inside)
  }

  private mutating func characterData() throws(XMLFault) {
    let start = position
    while position < bytes.count, bytes[position] != UInt8(ascii: "<"), bytes[position] != UInt8(ascii: "&") {
      if bytes[position] == UInt8(ascii: "]"), starts("]]>") { throw fault("]]> outside of CDATA") }
      position += 1
    }
    if open.isEmpty {
      let isOutsideText = position < bytes.count && bytes[position] == UInt8(ascii: "&")
      guard !isOutsideText, bytes[start..<position].allSatisfy(isBlank) else {
        throw XMLFault(reason: "text outside of the root element", byteOffset: start)
      }
      return
    }
    append(start..<position)
    if position < bytes.count, bytes[position] == UInt8(ascii: "&") {
      open[open.count - 1].characters += String(try reference()).utf8
    }
  }

  private mutating func startTag() throws(XMLFault) {
    guard root == nil else { throw fault("more than one root element") }
    guard open.count < Self.greatestDepth else { throw fault("elements too deep") }
    position += 1
    let qualifiedName = try name()
    var isEmptyElement = false
    while true {
      let hadBlank = skipBlanks()
      guard position < bytes.count else { throw fault("tag without an end") }
      if bytes[position] == UInt8(ascii: ">") {
        position += 1
        break
      }
      if starts("/>") {
        position += 2
        isEmptyElement = true
        break
      }
      guard hadBlank else { throw fault("no blank before an attribute") }
      try attribute()
    }
    let localName = qualifiedName.split(separator: ":", omittingEmptySubsequences: false).last.map(String.init)
    open.append(Open(qualifiedName: qualifiedName, node: XMLNode(name: localName ?? "", text: "", children: [])))
    if isEmptyElement { try close() }
  }

  private mutating func attribute() throws(XMLFault) {
    _ = try name()
    skipBlanks()
    guard position < bytes.count, bytes[position] == UInt8(ascii: "=") else { throw fault("attribute without a value") }
    position += 1
    skipBlanks()
    guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") || bytes[position] == UInt8(ascii: "'") else {
      throw fault("attribute without quotes")
    }
    let quote = bytes[position]
    position += 1
    while position < bytes.count, bytes[position] != quote {
      if bytes[position] == UInt8(ascii: "<") { throw fault("< in an attribute") }
      if bytes[position] == UInt8(ascii: "&") { _ = try reference() } else { position += 1 }
    }
    guard position < bytes.count else { throw fault("attribute without an end") }
    position += 1
  }

  private mutating func endTag() throws(XMLFault) {
    let start = position
    position += 2
    let qualifiedName = try name()
    skipBlanks()
    guard position < bytes.count, bytes[position] == UInt8(ascii: ">") else { throw fault("tag without an end") }
    position += 1
    guard let last = open.last, last.qualifiedName == qualifiedName else {
      throw XMLFault(reason: "an end tag that does not match", byteOffset: start)
    }
    try close()
  }

  /// Takes the innermost element from the stack and puts it into its parent.
  private mutating func close() throws(XMLFault) {
    guard var last = open.popLast() else { return }
    if last.node.children.isEmpty || !last.characters.allSatisfy(isBlank) {
      guard let text = String(validating: last.characters, as: UTF8.self) else { throw fault("text is not UTF-8") }
      last.node.text = text
    }
    if open.isEmpty { root = last.node } else { open[open.count - 1].node.children.append(last.node) }
  }

  // MARK: Characters

  /// Adds bytes of the document to the innermost element; line ends become `\n` (section 2.11).
  private mutating func append(_ range: Range<Int>) {
    var index = range.lowerBound
    while index < range.upperBound {
      if bytes[index] == UInt8(ascii: "\r") {
        open[open.count - 1].characters.append(UInt8(ascii: "\n"))
        if index + 1 < range.upperBound, bytes[index + 1] == UInt8(ascii: "\n") { index += 1 }
      } else {
        open[open.count - 1].characters.append(bytes[index])
      }
      index += 1
    }
  }

  /// What stands for `&amp;`, `&#65;`, `&#x41;`.
  private mutating func reference() throws(XMLFault) -> Unicode.Scalar {
    let start = position
    let longest = 12
    guard let end = bytes[start...].prefix(longest).firstIndex(of: UInt8(ascii: ";")) else {
      throw fault("& without a ;")
    }
    let name = String(decoding: bytes[(start + 1)..<end], as: UTF8.self)
    position = end + 1
    switch name {
    case "amp": return "&"
    case "lt": return "<"
    case "gt": return ">"
    case "quot": return "\""
    case "apos": return "'"
    default: break
    }
    let isHexadecimal = name.hasPrefix("#x")
    let digits = name.dropFirst(isHexadecimal ? 2 : 1)
    guard name.hasPrefix("#"), digits.first != "+", digits.first != "-",
      let value = UInt32(digits, radix: isHexadecimal ? 16 : 10), value != 0, let scalar = Unicode.Scalar(value)
    else { throw XMLFault(reason: "unknown reference", byteOffset: start) }
    return scalar
  }

  private mutating func name() throws(XMLFault) -> String {
    let start = position
    while position < bytes.count, isPartOfName(bytes[position], isFirst: position == start) { position += 1 }
    guard position > start, let name = String(validating: bytes[start..<position], as: UTF8.self) else {
      throw fault("no name where one is expected")
    }
    return name
  }

  private func isPartOfName(_ byte: UInt8, isFirst: Bool) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"),
      UInt8(ascii: ":"), 0x80...0xFF:
      true
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."): !isFirst
    default: false
    }
  }

  private func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 }

  @discardableResult
  private mutating func skipBlanks() -> Bool {
    let start = position
    while position < bytes.count, isBlank(bytes[position]) { position += 1 }
    return position > start
  }

  private func starts(_ text: String) -> Bool { bytes[position...].starts(with: text.utf8) }

  /// Moves behind the next `mark`; returns what lies between `start` and it.
  private mutating func skip(past mark: String, from start: Int, orElse reason: String) throws(XMLFault) -> Range<Int> {
    var end = start
    while end < bytes.count {
      if bytes[end...].starts(with: mark.utf8) {
        position = end + mark.utf8.count
        return start..<end
      }
      end += 1
    }
    throw fault(reason)
  }

  private func fault(_ reason: String) -> XMLFault { XMLFault(reason: reason, byteOffset: position) }
}
