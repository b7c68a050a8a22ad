// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import TextFormats

/// `2020-01-31`.
func dateValue(_ text: String) -> Value? { daysSinceEpoch(ofDate: text).map { .date(daysSinceEpoch: $0) } }

/// `2020-01-31 12:00:00`, an instant if an offset follows.
func timestampValue(_ text: String) -> Value? {
  microsecondsSinceEpoch(ofTimestamp: text).map {
    .timestamp(microsecondsSinceEpoch: $0.microseconds, isUTC: $0.hasOffset)
  }
}
