// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// Seconds since 1970 of a time such as `2026-03-01T12:00:00Z`, `2026-03-01T12:00:00.125+02:00` (RFC 3339; `+0200` is taken too); nil if
/// it is none. A leap second counts as the second after it.
func secondsSince1970(ofTimestamp text: String) -> Double? {
  let bytes = Array(text.utf8)
  func number(_ start: Int, _ count: Int) -> Int? {
    guard start + count <= bytes.count else { return nil }
    var value = 0
    for byte in bytes[start..<(start + count)] {
      guard (0x30...0x39).contains(byte) else { return nil }
      value = value * 10 + Int(byte - 0x30)
    }
    return value
  }
  func isAt(_ place: Int, _ characters: String) -> Bool {
    place < bytes.count && characters.utf8.contains(bytes[place])
  }

  guard let year = number(0, 4), isAt(4, "-"), let month = number(5, 2), isAt(7, "-"), let day = number(8, 2),
    isAt(10, "Tt "), let hour = number(11, 2), isAt(13, ":"), let minute = number(14, 2), isAt(16, ":"),
    let second = number(17, 2), (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second <= 60
  else { return nil }
  var place = 19
  var fraction = 0.0
  if isAt(place, ".") {
    var scale = 0.1
    place += 1
    guard number(place, 1) != nil else { return nil }
    while let digit = number(place, 1) {
      fraction += Double(digit) * scale
      scale /= 10
      place += 1
    }
  }
  var offsetMinutes = 0
  if isAt(place, "Zz") {
    place += 1
  } else if isAt(place, "+-"), let hours = number(place + 1, 2) {
    let minutePlace = place + (isAt(place + 3, ":") ? 4 : 3)
    guard let minutes = number(minutePlace, 2), hours < 24, minutes < 60 else { return nil }
    offsetMinutes = (hours * 60 + minutes) * (isAt(place, "-") ? -1 : 1)
    place = minutePlace + 2
  } else {
    return nil
  }
  guard place == bytes.count else { return nil }
  // Days of the calendar, counted in years from March (H. Hinnant, chrono-compatible low-level date algorithms).
  let marchYear = month <= 2 ? year - 1 : year
  let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
  let days = 365 * marchYear + marchYear / 4 - marchYear / 100 + marchYear / 400 + dayOfYear - 719_468
  return Double(days * 86_400 + hour * 3_600 + (minute - offsetMinutes) * 60 + second) + fraction
}
