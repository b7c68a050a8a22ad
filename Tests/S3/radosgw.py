# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""A Ceph cluster of one monitor and one OSD with an S3 gateway, in one folder, on 127.0.0.1, without systemd.

The gateway really checks signatures, the time of a request and the hash of its body.
"""

import base64
import json
import pathlib
import subprocess
import urllib.error
import urllib.request
import uuid

from processes import Daemon, free_port, until

ACCESS_KEY = "COLONNADETESTACCESS0"
SECRET_KEY = "colonnade/test+secret/Not0for1anything2else3"
# A second account that may do nothing but what a bucket's policy allows it.
GUEST_ACCESS_KEY = "COLONNADEGUESTACCESS"
GUEST_SECRET_KEY = "colonnade/guest+secret/Not0for1anything2else"
# Whoever takes on this role gets keys that end, with a token, and may do all.
ROLE = "colonnade"
# A key that the gateway's stand-in for a key service knows, for `aws:kms`.
KMS_KEY = "colonnade-key-1"

CONFIGURATION = """\
[global]
fsid = {fsid}
mon host = v2:127.0.0.1:{monitor_port}/0
mon initial members = a
auth cluster required = cephx
auth service required = cephx
auth client required = cephx
auth allow insecure global id reclaim = false
public addr = 127.0.0.1
cluster addr = 127.0.0.1
public network = 127.0.0.0/8
ms bind ipv6 = false
ms bind msgr1 = false
osd crush chooseleaf type = 0
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 8
osd pool default pgp num = 8
osd pool default pg autoscale mode = off
mon allow pool size one = true
paxos propose interval = 0.02
paxos min wait = 0.01
mon allow pool delete = true
mon max pg per osd = 1000
mon data avail warn = 1
mon data avail crit = 1
mon osd full ratio = 0.99
mon osd nearfull ratio = 0.98
mon osd backfillfull ratio = 0.985
keyring = {folder}/keyring
run dir = {folder}/run
log file = {folder}/$name.log
admin socket =
pid file =
debug default = 0

[mon.a]
mon data = {folder}/mon

[osd.0]
osd data = {folder}/osd
keyring = {folder}/osd/keyring
osd objectstore = {store}
memstore device bytes = 8589934592
bluestore block size = 42949672960
bluestore cache size = 67108864
bluestore cache autotune = false
bluestore fsck on mount = false
osd class load list = *
osd class default list = *
osd max object size = 134217728

[client.radosgw]
rgw frontends = beast endpoint=127.0.0.1:{port} tcp_nodelay=1
rgw data = {folder}/rgw
rgw enable usage log = false
rgw enable ops log = false
rgw gc obj min wait = 2
rgw gc processor period = 2
rgw gc processor max time = 60
rgw thread pool size = 64
rgw crypt require ssl = false
rgw crypt s3 kms backend = testing
rgw crypt s3 kms encryption keys = {kms_key}={kms_value}
rgw sts key = abcdefghijklmnop
rgw s3 auth use sts = true
# Else every refusal is AccessDenied, whatever was wrong.
rgw s3 auth order = local, sts
"""


class Radosgw:
    """Started by `start`, ended by `stop`; `endpoint` is its address."""

    def __init__(self, folder, store="memstore", outlive=False):
        self.folder = pathlib.Path(folder) / "radosgw"
        self.store = store
        self.outlive = outlive
        self.daemons = []
        self.port = free_port()
        self.endpoint = f"http://127.0.0.1:{self.port}"

    def start(self):
        self.configure()
        self.start_monitor()
        self.start_osd()
        self.add_users()
        self.add_role()
        self.run("radosgw", "radosgw", "-f", "-n", "client.radosgw")
        until(self.answers, "radosgw answers", self.daemons[-1], seconds=60)

    def stop(self):
        for daemon in reversed(self.daemons):
            daemon.stop()
        self.daemons = []

    def configure(self):
        for name in ("run", "mon", "osd", "rgw"):
            (self.folder / name).mkdir(parents=True)
        self.fsid = str(uuid.uuid4())
        self.monitor_port = free_port()
        kms_value = base64.b64encode(bytes(range(32))).decode()
        (self.folder / "ceph.conf").write_text(
            CONFIGURATION.format(
                fsid=self.fsid,
                monitor_port=self.monitor_port,
                port=self.port,
                folder=self.folder,
                store=self.store,
                kms_key=KMS_KEY,
                kms_value=kms_value,
            )
        )
        self.tool("ceph-authtool", "--create-keyring", "keyring", "--gen-key", "-n", "mon.", "--cap", "mon", "allow *")
        everything = ("--cap", "mon", "allow *", "--cap", "osd", "allow *", "--cap", "mgr", "allow *")
        for name in ("client.admin", "client.radosgw"):
            self.tool("ceph-authtool", "keyring", "--gen-key", "-n", name, *everything)
        self.tool("ceph-authtool", "--create-keyring", "osd/keyring", "--gen-key", "-n", "osd.0")

    def start_monitor(self):
        address = f"[v2:127.0.0.1:{self.monitor_port}]"
        self.tool("monmaptool", "--create", "--addv", "a", address, "--fsid", self.fsid, "monmap")
        # Users of the keyring that the monitor is made with are known to it from the start.
        keyring = (self.folder / "keyring").read_text()
        key = self.tool("ceph-authtool", "osd/keyring", "-p", "-n", "osd.0").strip()
        caps = '\tcaps mon = "allow profile osd"\n\tcaps osd = "allow *"\n'
        (self.folder / "first-keyring").write_text(f"{keyring}[osd.0]\n\tkey = {key}\n{caps}")
        self.tool("ceph-mon", "--mkfs", "-i", "a", "--monmap", "monmap", "--keyring", "first-keyring")
        self.run("mon", "ceph-mon", "-f", "-i", "a")

    def start_osd(self):
        identity = str(uuid.uuid4())
        self.ceph("osd", "new", identity, "0")
        self.tool("ceph-osd", "-i", "0", "--mkfs", "--osd-uuid", identity)
        self.run("osd", "ceph-osd", "-f", "-i", "0")

    def add_users(self):
        keys = ("--access-key", ACCESS_KEY, "--secret-key", SECRET_KEY)
        self.admin("user", "create", "--uid", "tester", "--display-name", "Tester", *keys)
        keys = ("--access-key", GUEST_ACCESS_KEY, "--secret-key", GUEST_SECRET_KEY)
        self.admin("user", "create", "--uid", "guest", "--display-name", "Guest", *keys)

    def add_role(self):
        tester = {"AWS": ["arn:aws:iam:::user/tester"]}
        trust = {"Statement": [{"Effect": "Allow", "Principal": tester, "Action": ["sts:AssumeRole"]}]}
        allowed = {"Statement": [{"Effect": "Allow", "Action": ["s3:*"], "Resource": "arn:aws:s3:::*"}]}
        trust, allowed = (json.dumps({"Version": "2012-10-17", **policy}) for policy in (trust, allowed))
        self.admin("role", "create", "--role-name", ROLE, "--path", "/", "--assume-role-policy-doc", trust)
        self.admin("role-policy", "put", "--role-name", ROLE, "--policy-name", "all", "--policy-doc", allowed)

    def answers(self):
        try:
            urllib.request.urlopen(self.endpoint, timeout=2).close()
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False
        return True

    def run(self, name, program, *arguments):
        command = [program, "-c", str(self.folder / "ceph.conf"), *arguments]
        self.daemons.append(Daemon(name, command, self.folder, outlive=self.outlive))

    def tool(self, program, *arguments):
        conf = [] if program in ("ceph-authtool", "monmaptool") else ["-c", "ceph.conf"]
        ran = subprocess.run(
            [program, *conf, *arguments], cwd=self.folder, capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL
        )
        assert ran.returncode == 0, f"{program} {' '.join(arguments)} ended with {ran.returncode}\n{ran.stderr[-3000:]}"
        return ran.stdout

    def ceph(self, *arguments):
        return self.tool("ceph", "--connect-timeout", "30", *arguments)

    def admin(self, *arguments):
        return self.tool("radosgw-admin", "-n", "client.radosgw", *arguments)
