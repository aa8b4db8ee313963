"""Takes names of machines, users and folders out of event logs.

    python neutralise.py RUNS OUT

RUNS is a folder that scenarios.py wrote: for each scenario NAME a folder with
one log and a file NAME.expected.json. OUT gets the same logs as NAME, NAME.gz
(plain logs that are large), NAME.zstd or NAME/ (a rolling log, its files named
as Spark named them), and the expected files. Apart from what is replaced, a
line stays as Spark wrote it, byte for byte. Spark ends a zstd frame whenever it
flushes: a rolling log keeps its frames, a single one becomes one frame.
"""

import gzip
import json
import os
import re
import subprocess
import sys

LARGE = 80 * 1024
MAGIC = b"\x28\xb5\x2f\xfd"

# Emptied: they describe the machine, and no reader uses them.
EMPTIED = ("Hadoop Properties", "System Properties", "Classpath Entries")


def substitutions(text):
    """What to replace in a log or an expected file with this content."""
    pairs = [
        (r"(/[\w.+-]+)+/scenarios\.py", "scenarios.py"),
        (r"(/[\w.+-]+)+/site-packages/pyspark", "/spark"),
        (r"(/[\w.+-]+)+/lib/python[\d.]+/", "/python/"),
        (r'"User":"[^"]*"', '"User":"user"'),
        (r'"Java Home":"[^"]*"', '"Java Home":"/java"'),
        (r'file:/+[^"]*/pools\.xml', "file:///pools.xml"),
        (r'("spark\.eventLog\.dir":")[^"]*', r"\1file:///logs"),
        (r"\blocalhost\b", "driver"),
    ]
    workers = re.findall(r'"Host":"(127\.0\.0\.\d\d)"', text)
    for n, host in enumerate(sorted(set(workers))):
        pairs.append((re.escape(host) + r"\b", "host%d" % (n + 1)))
    rest = "master" if workers else "host1"
    pairs.append((r"\b127\.0\.0\.1\b", rest))
    return [(re.compile(pattern), new) for pattern, new in pairs]


def neutral(text):
    pairs = substitutions(text)
    lines = []
    for line in text.splitlines(keepends=True):
        if line.startswith('{"Event":"SparkListenerEnvironmentUpdate"'):
            event = json.loads(line)
            for key in EMPTIED:
                event[key] = {}
            line = json.dumps(event, separators=(",", ":")) + "\n"
        for pattern, new in pairs:
            line = pattern.sub(new, line)
        lines.append(line)
    return "".join(lines)


def zstd(options, data):
    """What the tool makes of data, or None."""
    done = subprocess.run(
        ["zstd", "-cq"] + options,
        input=data,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    return done.stdout if done.returncode == 0 else None


def frames(path):
    """The texts of the frames of a zstd file."""
    with open(path, "rb") as file:
        pieces = file.read().split(MAGIC)[1:]
    data = b""
    for piece in pieces:
        data += MAGIC + piece
        text = zstd(["-d"], data)
        if text is not None:
            yield text.decode()
            data = b""
    if data:
        sys.exit("%s: ends inside a frame" % path)


def read(path):
    if path.endswith(".zstd"):
        return "".join(frames(path))
    with open(path, encoding="utf-8") as file:
        return file.read()


def write(path, *texts):
    """Writes the texts as the name of the file asks; one text, one frame."""
    data = "".join(texts).encode()
    if path.endswith(".zstd"):
        options = ["-19", "--no-check"]
        made = [zstd(options, text.encode()) for text in texts]
        data = b"".join(made)
    elif path.endswith(".gz"):
        data = gzip.compress(data, mtime=0)
    with open(path, "wb") as file:
        file.write(data)


def convert_file(source, target):
    text = neutral(read(source))
    if source.endswith(".inprogress"):
        target += ".inprogress"
    if source.endswith(".zstd"):
        target += ".zstd"
    elif len(text) > LARGE:
        target += ".gz"
    write(target, text)


def convert_rolling(source, target):
    os.makedirs(target)
    for name in sorted(os.listdir(source)):
        path = os.path.join(source, name)
        if name.startswith("."):
            continue
        texts = [""]
        if name.endswith(".zstd"):
            lines = neutral(read(path)).splitlines(keepends=True)
            counts = [text.count("\n") for text in frames(path)]
            texts = []
            for count in counts:
                texts.append("".join(lines[:count]))
                lines = lines[count:]
        elif os.path.getsize(path):
            texts = [neutral(read(path))]
        write(os.path.join(target, name), *texts)


def main():
    runs, out = sys.argv[1:]
    os.makedirs(out, exist_ok=True)
    for name in sorted(os.listdir(runs)):
        path = os.path.join(runs, name)
        if name.endswith(".expected.json"):
            write(os.path.join(out, name), neutral(read(path)))
        if not os.path.isdir(path):
            continue
        logs = [one for one in os.listdir(path) if one[0] != "."]
        if len(logs) != 1:
            sys.exit("%s: %d logs (one was expected)" % (path, len(logs)))
        source = os.path.join(path, logs[0])
        target = os.path.join(out, name)
        if os.path.isdir(source):
            convert_rolling(source, os.path.join(target, logs[0]))
        else:
            convert_file(source, target)


if __name__ == "__main__":
    main()
