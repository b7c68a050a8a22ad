// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// A value that is made by the first caller while others wait for it; an error is thrown to that caller and not kept.
package final class Once<Value: Sendable>: Sendable {
  private let kept = Mutex<Value?>(nil)

  package init() {}

  /// The value; `make` is called until it has once returned.
  package func value(_ make: () throws -> Value) throws -> Value {
    try kept.withLock { kept in
      if let known = kept { return known }
      let made = try make()
      kept = made
      return made
    }
  }
}
