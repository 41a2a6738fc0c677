import errno
import os
import random
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from infoplane.storage import files as _files


class TestWholeOrAbsent:
    def check(self, run, steps, kept):
        """Only these steps are there, and they are whole; `kept` is what a snapshot holds."""
        assert run.steps == steps
        for step in steps:
            assert run.layer(step, "test", "a").tolist() == kept
        run.snapshot(steps[-1])

    @pytest.mark.parametrize("broken", ["write", "fsync", "replace"])
    def test_when_the_disk_is_full(self, run, monkeypatch, broken):
        def full(*_):
            raise OSError(errno.ENOSPC, "No space left on device")

        def opened(*arguments):
            file = open(*arguments)  # noqa: SIM115

            class Half:
                def __enter__(self):
                    return self

                def __exit__(self, *_):
                    file.close()

                def write(self, data):
                    file.write(data[: len(data) // 2])
                    full()

            return Half()

        run.save_snapshot(0, {"test": {"a": np.ones(4)}})
        with monkeypatch.context() as patch:
            if broken == "write":
                patch.setattr(_files, "open", opened, raising=False)
            else:
                patch.setattr(os, broken, full)
            for step in (0, 1):
                with pytest.raises(OSError, match="No space left"):
                    run.save_snapshot(step, {"test": {"a": np.zeros(4)}})
        self.check(run, (0,), [[1.0]] * 4)
        assert [path.name for path in (run.path / "snapshots").iterdir()] == ["000000.safetensors"]
        run.save_snapshot(1, {"test": {"a": np.ones(4)}})  # there is space again
        self.check(run, (0, 1), [[1.0]] * 4)

    def test_the_names_of_new_folders_are_on_disk_too(self, tmp_path, monkeypatch):
        synced = []
        monkeypatch.setattr(_files, "sync_folder", synced.append)
        _files.write_whole(tmp_path / "a" / "b" / "file", b"")
        assert synced == [tmp_path, tmp_path / "a", tmp_path / "a" / "b"]

    def test_when_the_system_limits_the_file(self, run):
        code = """
            import resource, signal, sys
            import numpy as np
            from infoplane import Run
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))
            try:
                Run(sys.argv[1]).save_snapshot(1, {"test": {"a": np.zeros((4, 5000))}})
            except OSError as error:
                print(error.errno)
        """
        run.save_snapshot(0, {"test": {"a": np.ones(4)}})
        done = python(code, run.path)
        assert int(done.stdout) == errno.EFBIG, done.stderr
        self.check(run, (0,), [[1.0]] * 4)
        assert [path.name for path in (run.path / "snapshots").iterdir()] == ["000000.safetensors"]

    @pytest.mark.parametrize("moment", ["fsync", "replace"])
    def test_when_the_writer_is_killed_at_the_worst_moment(self, run, moment):
        code = f"""
            import os, signal, sys
            import numpy as np
            from infoplane import Run
            run = Run(sys.argv[1])
            os.{moment} = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
            run.save_snapshot(int(sys.argv[2]), {{"test": {{"a": np.zeros((4, 5000))}}}})
        """
        run.save_snapshot(0, {"test": {"a": np.ones(4)}})
        for step in (0, 1):
            assert python(code, run.path, step).returncode == -signal.SIGKILL
        self.check(run, (0,), [[1.0]] * 4)
        left = [path for path in (run.path / "snapshots").iterdir() if path.name != "000000.safetensors"]
        assert len(left) == 2  # torn files, which nothing takes for snapshots
        run.discard_after(0)
        assert [path.name for path in (run.path / "snapshots").iterdir()] == ["000000.safetensors"]
        self.check(run, (0,), [[1.0]] * 4)

    def test_when_the_writer_is_killed_at_any_moment(self, run):
        code = """
            import itertools, sys
            import numpy as np
            from infoplane import Run
            run = Run(sys.argv[1])
            for step in itertools.count():
                run.save_snapshot(step % 20, {"test": {"a": np.full((4, 50000), step)}})
                print(step, flush=True)
        """
        for _ in range(3):
            command = [sys.executable, "-c", dedent(code), str(run.path)]
            with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
                process.stdout.readline()
                time.sleep(random.uniform(0.0, 0.05))
                process.kill()
            for step in run.steps:
                rows = run.layer(step, "test", "a")
                assert rows.shape == (4, 50000)
                assert (rows == rows[0, 0]).all()


def dedent(code: str) -> str:
    return "\n".join(line[12:] for line in code.splitlines())


def python(code: str, *arguments) -> subprocess.CompletedProcess:
    command = [sys.executable, "-c", dedent(code), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)
