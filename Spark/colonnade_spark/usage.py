# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""What a caller did wrong."""

from __future__ import annotations


class WrongUsage(ValueError):
    """A command line that cannot be right whatever the data are: exit code 64. `code` is stable."""

    code = "spark.usage"
