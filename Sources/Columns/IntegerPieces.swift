// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// The integers of a page that has no nulls, front to back, a few thousand at a time or as many as differences reach back: what is worked on stays
/// near the processor, and little memory is met for the first time, where a page decoded as a whole takes a megabyte.
public protocol IntegerPieces: AnyObject {
  /// Rows of the page.
  var rowCount: Int { get }
  /// What values a sound page has. Whoever meets another must not use what was found, but decode the page, which tells what is wrong: nothing of
  /// this bound is checked here.
  var limits: ClosedRange<Int128> { get }
  /// The values after those given before: at least one, valid until the next call. Precondition: fewer than ``rowCount`` were given.
  func next() -> UnsafeBufferPointer<Int64>
}
