// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import ObjectStorage

extension ChunkFile {
  /// As the object.
  public var gainsFromAnnouncing: Bool { object.gainsFromAnnouncing }

  /// Has the object fetch the dictionaries of `columns`, then their pages of `chunks`, ahead, if it gains from that.
  ///
  /// Parts of the footer that were not read with the tail are fetched first, neighbours in one request.
  public func willRead(columns: [Int], chunks: [Int]) throws {
    guard object.gainsFromAnnouncing, !columns.isEmpty else { return }
    let columns = Array(Set(columns)).sorted()
    object.willRead(columns.map { directory[$0].byteRange })
    let sections = try columns.map { try section($0) }
    var ranges: [Range<Int>] = []
    for section in sections {
      guard let dictionary = section.dictionary else { continue }
      ranges += (dictionary.segments + [dictionary.ranks].compactMap { $0 }).map(\.byteRange)
    }
    for chunk in chunks { ranges += sections.map { $0.pages[chunk].extent.byteRange } }
    object.willRead(ranges)
  }

  /// The same for all bytes of the chunks in the order in which they are stored, without dictionaries' ranks: for who copies.
  func willCopyAll() throws {
    guard object.gainsFromAnnouncing else { return }
    object.willRead([Layout.headerByteCount..<directory[0].offset])
  }
}
