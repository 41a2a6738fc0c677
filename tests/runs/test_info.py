import json
import subprocess

import numpy as np
import pytest

from infoplane import Run, labels


class TestCreate:
    def test_writes_down_what_was_said_and_found_out(self, tmp_path):
        settings = {"lr": np.float32(0.5), "hidden": (64, 32), "data": tmp_path, "name": "S₁", "none": None}
        run = Run(tmp_path / "a" / "b").create(settings, step="optimiser step", seeds=[1, 2])
        assert run == Run(tmp_path / "a" / "b")
        info = json.loads((run.path / "run.json").read_text(encoding="utf-8"))
        assert info == run.info
        assert run.settings == settings | {"hidden": [64, 32], "data": str(tmp_path)}
        assert (info["step"], info["seeds"], info["format"]) == ("optimiser step", [1, 2], 1)
        assert info["versions"]["numpy"] == np.__version__
        assert {"python", "infoplane"} <= info["versions"].keys()
        assert info["created"].endswith("+00:00")

    def test_the_same_again_changes_nothing(self, tmp_path):
        run = Run(tmp_path).create({"hidden": (64, 32), "a": {"b": 1}}, seeds=0)
        before = (run.path / "run.json").read_bytes()
        run.create({"a": {"b": 1}, "hidden": [64, 32]}, seeds=0)
        assert (run.path / "run.json").read_bytes() == before

    def test_other_settings_are_refused_and_listed(self, tmp_path):
        run = Run(tmp_path).create({"lr": 0.1, "net": {"width": 64, "act": "relu"}, "old": 1}, seeds=0)
        with pytest.raises(ValueError, match="other settings") as caught:
            run.create(
                {"lr": 0.01, "net": {"width": 64, "act": "tanh"}, "new": [1, 2]}, step="batch", seeds=1
            )
        for part in (
            "settings.lr is 0.1 there and 0.01 now",
            "settings.net.act is 'relu' there and 'tanh' now",
            "settings.old is 1 there and absent now",
            "settings.new is absent there and [1, 2] now",
            "step is 'epoch' there and 'batch' now",
            "seeds is 0 there and 1 now",
        ):
            assert part in str(caught.value)
        assert "width" not in str(caught.value)
        assert run.settings["lr"] == 0.1

    def test_settings_that_json_cannot_hold(self, tmp_path):
        with pytest.raises(ValueError, match=r"run\['settings'\]\['clip'\] is inf, which JSON cannot hold"):
            Run(tmp_path / "a").create({"clip": float("inf")})
        with pytest.raises(ValueError, match="got Sample"):
            Run(tmp_path / "a").create({"y": labels([0, 1])})
        assert not (tmp_path / "a").exists()

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("{", "is damaged"),
            ("[]", "is damaged"),
            ('{"format": 1}', "is damaged"),
            ('{"format": 2}', "later"),
        ],
    )
    def test_a_file_that_cannot_be_read_is_named(self, tmp_path, text, said):
        (tmp_path / "run.json").write_text(text)
        with pytest.raises(ValueError, match=rf"run\.json .*{said}"):
            _ = Run(tmp_path).info
        assert said in repr(Run(tmp_path))

    def test_the_commit_of_the_working_directory(self, tmp_path, monkeypatch):
        def git(*command):
            identity = ["-c", "user.name=a", "-c", "user.email=a@b"]
            done = subprocess.run(
                ["git", *identity, *command], cwd=code, capture_output=True, text=True, check=True
            )
            return done.stdout.strip()

        code = tmp_path / "code"
        code.mkdir()
        monkeypatch.chdir(code)
        monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
        assert Run(tmp_path / "0").create({}).info["commit"] is None
        git("init")
        (code / "a.py").write_text("1")
        git("add", "a.py")
        git("commit", "-m", "a")
        git("tag", "v1")
        commit = git("rev-parse", "HEAD")
        assert Run(tmp_path / "1").create({}).info["commit"] == commit
        (code / "a.py").write_text("2")
        assert Run(tmp_path / "2").create({}).info["commit"] == commit + "-dirty"
        monkeypatch.setenv("PATH", "")
        assert Run(tmp_path / "3").create({}).info["commit"] is None
