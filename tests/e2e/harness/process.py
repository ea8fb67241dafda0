"""Programs: those that run to their end, and those that stay until they are stopped."""

import os
import signal
import subprocess
import time
from pathlib import Path


def clean_environment(home, **variables):
    """An environment in which only what the test says decides: no AWS, proxy or CI variable."""
    return {
        "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin",
        "HOME": str(home),
        "LANG": "C.UTF-8",
        **{name: str(value) for name, value in variables.items()},
    }


def run(command, environment, timeout=120, check=True):
    """Runs a program to its end; what it printed is text. With `check`, it has to end with 0."""
    command = [str(word) for word in command]
    begin = time.monotonic()
    done = subprocess.run(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=timeout,
        check=False,
    )
    if check and done.returncode != 0:
        seconds = time.monotonic() - begin
        raise AssertionError(
            f"{' '.join(command)}: exit {done.returncode} after {seconds:.1f} s\n"
            f"{done.stdout}\n{done.stderr}"
        )
    return done


class Daemon:
    """A program in a process group of its own, its output in `log_path`; `stop` ends them all."""

    def __init__(self, command, environment, log_path):
        self.log_path = Path(log_path)
        self.command = [str(word) for word in command]
        with self.log_path.open("ab") as log:
            self._process = subprocess.Popen(
                self.command,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    @property
    def pid(self):
        return self._process.pid

    @property
    def exit_code(self):
        return self._process.poll()

    def log(self):
        return self.log_path.read_text(encoding="utf-8", errors="replace")

    def require_running(self):
        if self.exit_code is not None:
            raise AssertionError(
                f"{self.command[0]} ended with {self.exit_code}:\n{self.log()[-4000:]}"
            )
        return True

    def stop(self, timeout=20):
        """SIGTERM, then SIGKILL for what is left of the group; the exit code of the program."""
        if self.exit_code is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(timeout)
            except subprocess.TimeoutExpired:
                pass
        self.kill()
        return self.exit_code

    def kill(self):
        """SIGKILL to the whole group, as when the machine takes the job away."""
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self._process.wait(10)
