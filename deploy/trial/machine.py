"""A Debian that boots in a container of systemd-nspawn, with systemd as process 1 and without a network."""
import pathlib
import shutil
import subprocess
import time

DEBIAN = ["ca-certificates", "curl", "dbus", "libnss-systemd", "man-db", "procps", "prometheus", "prometheus-alertmanager",
          "prometheus-node-exporter", "python3", "redis-server", "sqlite3", "systemd", "systemd-sysv"]
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", "HOME": "/root", "DEBIAN_FRONTEND": "noninteractive"}

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Obstacle(Exception):
    """Why no container can be booted here."""


def check(condition, said):
    if not condition:
        raise AssertionError(said)


def until(condition, seconds=30, what=None):
    """Waits until `condition` returns something true, and returns that."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        check(time.monotonic() < end, f"not within {seconds} s: {what or condition.__name__}")
        time.sleep(0.2)
    return found


def make_base(folder):
    """Debian with what the operator's machine has, made once."""
    if folder.exists():
        return
    unfinished = folder.with_suffix(".new")
    shutil.rmtree(unfinished, ignore_errors=True)
    subprocess.run(["debootstrap", "--variant=minbase", f"--include={','.join(DEBIAN)}", "bookworm", unfinished], check=True,
                   stdout=subprocess.DEVNULL)
    subprocess.run(["chroot", unfinished, "apt-get", "-qq", "update"], check=True, env=ENVIRONMENT)
    (unfinished / "etc/hosts").write_text("127.0.0.1 localhost\n")
    # Without a network it finds no address that it could offer to others of its kind.
    (unfinished / "etc/default/prometheus-alertmanager").write_text('ARGS="--cluster.listen-address="\n')
    # FastAPI, for the Python that Debian 12 has.
    subprocess.run([ROOT / ".build/router/bin/python", "-m", "pip", "install", "--quiet", "--target", unfinished / "opt/router",
                    "--python-version", "3.11", "--only-binary", ":all:", "--requirement", ROOT / "Tests/Router/requirements.txt"],
                   check=True)
    unfinished.rename(folder)


class Machine:
    """A booted Debian whose changes are thrown away."""

    def __init__(self, base, folder):
        self.root = folder / "root"
        for name in ("root", "changes", "work"):
            (folder / name).mkdir()
        layers = f"lowerdir={base},upperdir={folder}/changes,workdir={folder}/work"
        mounted = subprocess.run(["mount", "-t", "overlay", "overlay", "-o", layers, self.root], capture_output=True, text=True)
        if mounted.returncode:
            raise Obstacle(mounted.stderr.strip())
        self.log = open(folder / "console", "wb")
        self.container = None
        self.commands = []

    def boot(self):
        self.container = subprocess.Popen(
            ["systemd-nspawn", "--quiet", "--boot", "--directory", self.root, "--machine", "prompterd-test", "--register=no",
             "--keep-unit", "--console=pipe", "--private-network"],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        state = until(lambda: self.has_ended() or self.leader() and self.booted(), 120, "the machine runs")
        check(state == "running", f"the machine is {state}:\n{self.run('systemctl --failed', status=None)}")

    def has_ended(self):
        if self.container.poll() is not None:
            raise Obstacle(f"systemd-nspawn: {(self.root.parent / 'console').read_text(errors='replace').strip()[-500:]}")

    def booted(self):
        state = self.run("systemctl is-system-running", status=None).strip()
        return state if state in ("running", "degraded") else None

    def leader(self):
        """The container's process 1, as this side counts."""
        if not self.container:
            return None
        pid = self.container.pid
        try:
            return next(iter(pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()), None)
        except OSError:
            return None

    def entered(self, command):
        return ["nsenter", "--target", self.leader(), "--mount", "--uts", "--ipc", "--pid", "--net", *command]

    def run(self, command, status=0, text=None):
        """What a shell command prints there; `status` is the one that it must have, or `None` for any."""
        self.commands.append(command)
        done = subprocess.run(self.entered(["sh", "-c", f"cd /root; {command}"]), input=text or "", capture_output=True, text=True,
                              env=ENVIRONMENT, timeout=120)
        check(status is None or done.returncode == status,
              f"`{command}` ended with {done.returncode}: {done.stdout}{done.stderr}")
        return done.stdout + done.stderr

    def write(self, path, text, mode="644"):
        """Replaces a file, as an editor does."""
        self.run(f"install -D -m {mode} /dev/stdin {path}.new && mv {path}.new {path}", text=text)

    def reboot(self):
        self.run("systemctl reboot", status=None)
        check(self.container.wait(60) == 133, "systemd-nspawn does not say that it is to start again")
        self.boot()

    def end(self):
        if self.container:
            if leader := self.leader():
                # SIGRTMIN+4 is what tells systemd to power off.
                subprocess.run(["kill", "-s", "RTMIN+4", leader])
            try:
                self.container.wait(30)
            except subprocess.TimeoutExpired:
                self.container.kill()
                self.container.wait()
        self.log.close()
        subprocess.run(["umount", self.root], check=True)
