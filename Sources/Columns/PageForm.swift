// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// A page in the form in which it is cheapest to answer questions about it: as it is stored, where that is simple.
///
/// Of columns held as integers (bool, int64, date, timestamp, decimal) a value is what the form holds times ``factor``, at the
/// column's scale. Of string columns with a dictionary the integers are codes, and the factor is 1.
public struct PageForm {
  /// Values, null slots included.
  public enum Content {
    /// Every row has this value.
    case constant(Int128)
    /// Run `r` has value `values[r]` in `lengths[r]` rows; lengths are at least 1 and add up to the page's rows.
    case runs(values: [Int64], lengths: [UInt32])
    /// Bit-packed, in place.
    case packed(PackedIntegers)
    /// As ``TableSource/page(column:chunk:)`` gives them; the factor is 1.
    case decoded(PageValues)
  }

  /// Rows of the page.
  public let rowCount: Int
  /// Which rows have a value.
  public let validity: Validity
  /// What the integers are to be multiplied with; at least 1.
  public let factor: Int128
  /// The values.
  public let content: Content

  /// Precondition: `content` has `rowCount` rows.
  public init(rowCount: Int, validity: Validity, factor: Int128 = 1, content: Content) {
    self.rowCount = rowCount
    self.validity = validity
    self.factor = factor
    self.content = content
  }

  /// A decoded page.
  public init(_ page: ColumnPage) {
    self.init(rowCount: page.rowCount, validity: page.validity, content: .decoded(page.values))
  }

  /// The same with the integers multiplied by `more` as well; nil if that leaves 128 bits. Precondition: not decoded.
  package func multiplied(by more: Int128) -> PageForm? {
    let (product, overflow) = factor.multipliedReportingOverflow(by: more)
    return overflow ? nil : PageForm(rowCount: rowCount, validity: validity, factor: product, content: content)
  }
}

/// Bit-packed integers: each value is ``reference`` plus an unsigned offset of ``bitWidth`` bits.
///
/// The bytes are the source's, and valid only inside the closure that was given them. The layout (blocks of 1,024) is the
/// chunk file's; kernels read it.
public struct PackedIntegers {
  /// All offsets.
  public let bytes: UnsafeRawBufferPointer
  /// The least value there can be.
  public let reference: Int64
  /// Bits of an offset: 0...64.
  public let bitWidth: Int
  /// The greatest offset that a sound page has. Whoever meets a greater one must not use what was found, but decode the page, which
  /// tells what is wrong. Nothing of this bound and no overflow is checked by the form itself.
  public let greatestOffset: UInt64

  /// Precondition: `bytes` hold all offsets of the page.
  public init(bytes: UnsafeRawBufferPointer, reference: Int64, bitWidth: Int, greatestOffset: UInt64) {
    self.bytes = bytes
    self.reference = reference
    self.bitWidth = bitWidth
    self.greatestOffset = greatestOffset
  }
}
