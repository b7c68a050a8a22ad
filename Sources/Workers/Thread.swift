// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import CColumnShims
import Glibc

/// A POSIX thread that runs one closure. It starts on another processor than its maker's, where there is one, and then may run on all of its maker's.
package final class Thread {
  private var handle = pthread_t()

  /// Nil if the system refuses: no memory for a stack, or a limit on threads is reached. The closure is then never run.
  package init?(_ body: @escaping @Sendable () -> Void) {
    let box = Unmanaged.passRetained(Body(body))
    let failure = cs_thread_create_elsewhere(
      &handle,
      { argument in
        guard let argument else { return nil }
        // The pointer was made by passRetained above and is taken exactly once, here.
        Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
        return nil
      }, box.toOpaque())
    if failure != 0 {
      // Nobody else took the retained reference.
      box.release()
      return nil
    }
  }

  /// Waits for its end. Exactly one of this and `detach` is called, once.
  package func join() { pthread_join(handle, nil) }

  /// Lets it end by itself.
  package func detach() { pthread_detach(handle) }

  private final class Body: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }
}

/// A POSIX condition variable with its mutex.
package final class Condition: @unchecked Sendable {
  // Both live at fixed addresses from init to deinit, as POSIX asks; all access goes through the calls below.
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  package init() {
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(condition, nil)
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  package func locked<R>(_ body: () throws -> R) rethrows -> R {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return try body()
  }

  /// Precondition: called inside `locked`.
  package func wait() { pthread_cond_wait(condition, mutex) }

  /// Precondition: called inside `locked`.
  package func broadcast() { pthread_cond_broadcast(condition) }
}
