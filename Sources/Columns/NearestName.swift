// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// The name that a misspelt one most likely meant: smallest edit distance (insert, delete, replace, swap of neighbours),
/// letter case ignored, at most a quarter of the longer name's length (1 for 3 to 7 letters, 0 below); nil if none is that near.
///
/// Cost: O(names x length squared); names of more than 64 characters are compared by their first 64.
public func nearestName(to wanted: String, among names: [String]) -> String? {
  let target = Array(wanted.lowercased().prefix(64))
  var best: (name: String, distance: Int)?
  for name in names {
    let candidate = Array(name.lowercased().prefix(64))
    let length = max(candidate.count, target.count)
    let limit = length < 3 ? 0 : max(1, length / 4)
    guard abs(candidate.count - target.count) <= limit else { continue }
    let distance = editDistance(target, candidate)
    if distance <= limit, distance < best?.distance ?? Int.max { best = (name, distance) }
  }
  return best?.name
}

/// Optimal string alignment distance (Damerau 1964, restricted): each swap of neighbours counts once.
private func editDistance(_ a: [Character], _ b: [Character]) -> Int {
  if a.isEmpty || b.isEmpty { return max(a.count, b.count) }
  var beforePrevious = [Int](repeating: 0, count: b.count + 1)
  var previous = Array(0...b.count)
  for i in 1...a.count {
    var current = [i] + [Int](repeating: 0, count: b.count)
    for j in 1...b.count {
      let replaced = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)
      current[j] = min(replaced, previous[j] + 1, current[j - 1] + 1)
      if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
        current[j] = min(current[j], beforePrevious[j - 2] + 1)
      }
    }
    (beforePrevious, previous) = (previous, current)
  }
  return previous[b.count]
}
