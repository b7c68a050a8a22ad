# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""Does `s3 remove` remove what is named, and nothing else?"""


def test_what_is_named_and_nothing_else(colonnade, bucket):
    keys = ["p/a.cln", "p/a.cln.b", "p/b c+é.cln", "p/c.cln"]
    for key in keys:
        bucket.put(key, b"x")
    # A star is a character, and what is not there is no error.
    colonnade("s3", "remove", *(bucket.url(key) for key in ("p/a.cln", "p/b c+é.cln", "p/absent.cln", "p/*")))
    assert sorted(bucket.keys()) == ["p/a.cln.b", "p/c.cln"]


def test_a_folder_is_refused(colonnade, bucket):
    bucket.put("p/a.cln", b"x")
    colonnade("s3", "remove", bucket.url("p/"), expect=2)
    colonnade("s3", "remove", "p/a.cln", expect=64)
    colonnade("s3", "remove", expect=64)
    assert bucket.keys() == ["p/a.cln"]
