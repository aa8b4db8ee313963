"""Says what happened in event logs, for people.

    python summary.py [-t] LOG...

One line per job, per stage attempt and per executor that came or went, in the
order of time, in ms after the first job; -t adds a line per task. A LOG is a
file (plain, .gz, .zstd) or the folder of a rolling log.
"""

import gzip
import json
import os
import subprocess
import sys


def open_log(path):
    if os.path.isdir(path):
        for name in sorted(os.listdir(path)):
            if not name.startswith("appstatus"):
                yield from open_log(os.path.join(path, name))
        return
    if path.endswith(".zstd"):
        command = ["zstd", "-dcq", path]
        data = subprocess.run(command, stdout=subprocess.PIPE).stdout
    elif path.endswith(".gz"):
        with gzip.open(path) as file:
            data = file.read()
    else:
        with open(path, "rb") as file:
            data = file.read()
    for line in data.decode().splitlines():
        yield json.loads(line)


def first_line(text, width=100):
    text = (text or "").strip()
    return text.splitlines()[0][:width] if text else ""


class Log:
    """What is gathered from one log."""

    def __init__(self, path):
        self.lines = []
        self.zero = None
        self.stages = {}
        self.order = []
        self.tasks = {}
        for event in open_log(path):
            kind = event["Event"].split(".")[-1]
            see = getattr(self, kind.replace("SparkListener", "on"), None)
            if see:
                see(event)

    def say(self, time, text):
        self.lines.append((time, len(self.lines), text))

    def onJobStart(self, event):
        time = event["Submission Time"]
        if self.zero is None:
            self.zero = time
        props = event.get("Properties") or {}
        stages = sorted(one["Stage ID"] for one in event["Stage Infos"])
        self.say(
            time,
            "job %d '%s' pool=%s stages=%s"
            % (
                event["Job ID"],
                props.get("spark.job.description"),
                props.get("spark.scheduler.pool"),
                stages,
            ),
        )

    def onJobEnd(self, event):
        result = event["Job Result"]
        why = (result.get("Exception") or {}).get("Message")
        text = "job %d ends %s %s"
        text %= (event["Job ID"], result["Result"], first_line(why))
        self.say(event["Completion Time"], text)

    def onExecutorAdded(self, event):
        text = "executor %s on %s"
        host = event["Executor Info"]["Host"]
        text %= (event["Executor ID"], host)
        self.say(event["Timestamp"], text)

    def onExecutorRemoved(self, event):
        text = "executor %s gone: %s"
        text %= (event["Executor ID"], event["Removed Reason"])
        self.say(event["Timestamp"], text)

    def stage(self, info):
        key = (info["Stage ID"], info["Stage Attempt ID"])
        if key not in self.stages:
            self.stages[key] = {"ends": [], "starts": [], "done": []}
        return self.stages[key]

    def onStageSubmitted(self, event):
        info = event["Stage Info"]
        one = self.stage(info)
        one["submit"] = info["Submission Time"]
        one["info"] = info
        one["gang"] = info["RDD Info"][0].get("Barrier")
        one["any"] = any(rdd.get("Barrier") for rdd in info["RDD Info"])

    def onStageCompleted(self, event):
        info = event["Stage Info"]
        why = first_line(info.get("Failure Reason"))
        self.stage(info)["ends"].append((info.get("Completion Time"), why))

    def onTaskStart(self, event):
        info = event["Task Info"]
        key = (event["Stage ID"], event["Stage Attempt ID"])
        self.stages[key]["starts"].append(info)
        self.order.append((info["Launch Time"], key, info["Index"]))

    def onTaskEnd(self, event):
        info = event["Task Info"]
        key = (event["Stage ID"], event["Stage Attempt ID"])
        self.stages[key]["done"].append((info, event["Task End Reason"]))
        self.tasks[info["Task ID"]] = (key, info, event["Task End Reason"])

    def tell_stage(self, key, one):
        launches = sorted(info["Launch Time"] for info in one["starts"])
        at = self.zero
        reasons = {}
        for _, reason in one["done"]:
            name = reason["Reason"]
            reasons[name] = reasons.get(name, 0) + 1
        self.say(
            one["submit"],
            "stage %d.%d %s tasks=%d launch=%s wait=%s spread=%s %s"
            % (
                key[0],
                key[1],
                "GANG" if one["gang"] else "plain",
                one["info"]["Number of Tasks"],
                launches[0] - at if launches else None,
                launches[0] - one["submit"] if launches else None,
                launches[-1] - launches[0] if launches else None,
                reasons,
            ),
        )
        for time, why in one["ends"]:
            text = "stage %d.%d completed %s" % (key[0], key[1], why)
            self.say(time or 0, text)

    def tell_task(self, key, info, reason):
        self.say(
            info["Launch Time"],
            "  task %d = %d.%d index %d attempt %d on %s %s%s until %d %s"
            % (
                info["Task ID"],
                key[0],
                key[1],
                info["Index"],
                info["Attempt"],
                info["Executor ID"],
                info["Locality"],
                " copy" if info["Speculative"] else "",
                info["Finish Time"] - self.zero,
                reason["Reason"],
            ),
        )

    def tell(self, with_tasks):
        for key, one in self.stages.items():
            self.tell_stage(key, one)
        if with_tasks:
            for task in self.tasks.values():
                self.tell_task(*task)
        for time, _, text in sorted(self.lines):
            print("%7d %s" % (time - self.zero, text))


def main():
    names = sys.argv[1:]
    with_tasks = "-t" in names
    for name in names:
        if name != "-t":
            print("== " + name)
            Log(name).tell(with_tasks)


if __name__ == "__main__":
    main()
