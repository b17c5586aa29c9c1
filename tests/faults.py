#!/usr/bin/env python3
"""Does each deliberate fault of tests/faults.toml make its test fail?

Copies the tree, puts all faults in, each behind the environment variable PATRON_FAULT, builds
once, and runs each fault's test without and with it: it must pass, then fail. A fault of SQL needs
no variable: it stands in its file only while its test runs. A text to replace that no longer stands
in its file exactly once is an error, so the list cannot rot.
"""
import concurrent.futures
import contextlib
import filecmp
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib

ROOT = pathlib.Path(__file__).resolve().parent.parent
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "patron"
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", CACHE / "target"))
TREE = TARGET / "faults"


def tracked():
    """Every file of the tree that is or may become part of the repository."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    out = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [name for name in out.split("\0") if name and (ROOT / name).is_file()]


def guard(name):
    variable = 'std::env::var_os("PATRON_FAULT").as_deref()'
    return f'({variable} == Some(std::ffi::OsStr::new("{name}")))'


def is_sql(fault):
    return fault["file"].endswith(".sql")


@contextlib.contextmanager
def put_in(fault):
    """The tree with a fault of SQL, for as long as it is wanted; others are in the program."""
    path = TREE / fault["file"]
    true = path.read_text()
    if is_sql(fault):
        path.write_text(true.replace(fault["find"], fault["replace"]))
    try:
        yield
    finally:
        if is_sql(fault):
            path.write_text(true)


def copy_tree(faults):
    """Copies the tree with all faults; a file that stays the same keeps its time, and its build."""
    names = set(tracked())
    for old in [path for path in TREE.rglob("*") if path.is_file()]:
        if str(old.relative_to(TREE)) not in names:
            old.unlink()
    changed = {}
    for fault in faults:
        text = changed.get(fault["file"]) or (ROOT / fault["file"]).read_text()
        if text.count(fault["find"]) != 1:
            count = text.count(fault["find"])
            sys.exit(f"fault `{fault['name']}`: its text stands {count} times in {fault['file']}; "
                     "mend tests/faults.toml")
        if is_sql(fault):
            continue
        replacement = fault["replace"].replace("$FAULT", guard(fault["name"]))
        changed[fault["file"]] = text.replace(fault["find"], replacement)
    for name in names:
        target = TREE / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if name in changed:
            if not target.exists() or target.read_text() != changed[name]:
                target.write_text(changed[name])
        elif not target.exists() or not filecmp.cmp(ROOT / name, target, shallow=False):
            shutil.copy2(ROOT / name, target)
            os.utime(target)


def build():
    """Builds the program and the tests; gives the paths of both."""
    environment = {**os.environ, "CARGO_TARGET_DIR": str(TARGET)}
    # The dependencies are those of every other build; only this crate is compiled, and quickly.
    command = ["cargo", "test", "--release", "--locked", "--no-run", "--test", "it",
               "--config", "profile.release.package.patron.opt-level=0",
               # A profile of its own, so that no other build can take what this one leaves behind.
               "--config", "profile.release.package.patron.codegen-units=15",
               "--message-format", "json-render-diagnostics"]
    # The shared folder holds one program of this name; the true one is put back at once.
    shared, kept, program = TARGET / "release/patron", TREE / "patron-true", TREE / "patron-faulty"
    if shared.exists():
        os.link(shared, kept)
    out = subprocess.run(command, cwd=TREE, env=environment, capture_output=True, text=True)
    if out.returncode != 0:
        sys.exit(f"the tree with faults does not build:\n{out.stderr}")
    found = {}
    for line in out.stdout.splitlines():
        message = json.loads(line)
        if message.get("reason") == "compiler-artifact" and message.get("executable"):
            found[message["target"]["name"]] = message["executable"]
    shutil.copy2(found["patron"], program)
    if kept.exists():
        os.replace(kept, shared)
    return found["it"], program


def run(tests, program, fault, names):
    """Runs tests, with a fault or without; gives what they print."""
    environment = {**os.environ, "PATRON_TEST_PROGRAM": str(program)}
    environment.pop("PATRON_FAULT", None)
    if fault:
        environment["PATRON_FAULT"] = fault
    # A file, since a pipe is read until whatever a failing test leaves behind has ended.
    with tempfile.TemporaryFile("w+") as output:
        subprocess.run([tests, "--exact", *names], cwd=TREE, env=environment, timeout=1800,
                       stdout=output, stderr=subprocess.STDOUT)
        output.seek(0)
        return output.read()


def passed(output):
    return set(re.findall(r"^test (\S+) \.\.\. ok$", output, re.MULTILINE))


def judge(tests, program, sound, fault):
    """What became of a fault; nothing but "noticed" is good."""
    name, test = fault["name"], fault["test"]
    if test not in sound:
        result = "its test fails without the fault too"
    else:
        with put_in(fault):
            output = run(tests, program, name, [test])
        if test in passed(output):
            result = "NOT NOTICED: its test passes with the fault"
        else:
            result = "noticed" if "running 1 test" in output else "its test did not run"
    print(f"{name:<26} {test:<64} {result}", flush=True)
    return result == "noticed"


def main():
    faults = tomllib.loads((ROOT / "tests/faults.toml").read_text())["fault"]
    copy_tree(faults)
    tests, program = build()
    # All at once, since tests of one process share the companies that they make.
    sound = passed(run(tests, program, None, sorted({fault["test"] for fault in faults})))
    print(f"{len(sound)} tests pass without the faults", flush=True)
    # A fault of several places has one name.
    faults = {fault["name"]: fault for fault in faults}.values()
    of_program = [fault for fault in faults if not is_sql(fault)]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        noticed = list(pool.map(lambda fault: judge(tests, program, sound, fault), of_program))
    # The tree is changed for these, so nothing else may read it meanwhile.
    noticed += [judge(tests, program, sound, fault) for fault in faults if is_sql(fault)]
    if not all(noticed):
        sys.exit(f"{noticed.count(False)} faults go unnoticed")
    print("each fault is noticed by its test")


if __name__ == "__main__":
    main()
