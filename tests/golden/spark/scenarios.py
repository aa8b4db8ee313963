"""Small applications that show what Spark's scheduler does.

    python scenarios.py NAME --out DIR

runs one scenario and leaves in DIR its event log (DIR/NAME/...) and what the
application knows of itself (DIR/NAME.expected.json): the stages, their widths
and the time that every task sleeps, when each job was submitted, how it ended.
The tasks do nothing but sleep, so the lengths are known in advance.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import pyspark
from pyspark import BarrierTaskContext, InheritableThread, SparkConf
from pyspark import SparkContext, TaskContext
from py4j.protocol import Py4JError, Py4JJavaError

SCENARIOS = {}


def now_ms():
    return int(time.time() * 1000)


def sleep_ms(ms):
    time.sleep(ms / 1000)


# ---- what a task does -----------------------------------------------------


def trips(markers, what, times):
    """True the first `times` times that it is asked about `what`."""
    for k in range(times):
        try:
            path = os.path.join(markers, "%s-%d" % (what, k))
            os.close(os.open(path, os.O_CREAT | os.O_EXCL))
            return True
        except FileExistsError:
            pass
    return False


def kill_executor():
    """Ends the Java process that this worker belongs to."""
    pid = os.getpid()
    while True:
        with open("/proc/%d/stat" % pid, encoding="ascii") as file:
            name, rest = file.read().rsplit(")", 1)
        if name.endswith("(java"):
            os.kill(pid, signal.SIGKILL)
            time.sleep(60)
        pid = int(rest.split()[1])


def fail_if_due(spec, index, markers, what):
    for n, fail in enumerate(spec.get("fails", [])):
        if fail["index"] != index:
            continue
        if trips(markers, "%s-%d" % (what, n), fail["times"]):
            sleep_ms(fail["after_ms"])
            if fail["how"] == "kill-executor":
                kill_executor()
            raise RuntimeError("task %d fails as planned" % index)


def body(spec, markers, what, first):
    """The function that a task of the stage `spec` runs."""

    def run(index, part):
        before = [] if first else [seen for _, seen in part]
        begin = now_ms()
        if spec["gang"]:
            context = BarrierTaskContext.get()
        else:
            context = TaskContext.get()
        seen = {
            "what": what,
            "index": index,
            "task": context.taskAttemptId(),
            "attempt": context.attemptNumber(),
            "begin_ms": begin,
        }
        fail_if_due(spec, index, markers, what)
        for sync in spec.get("syncs", []):
            sleep_ms(sync["sleep_ms"][index])
            enter = now_ms()
            if sync["kind"] == "barrier":
                reply = context.barrier()
            else:
                reply = context.allGather(str(index))
            seen.setdefault("syncs", []).append(
                {"enter_ms": enter, "leave_ms": now_ms(), "reply": reply}
            )
        slow = spec.get("slow")
        if slow and slow["index"] == index and seen["attempt"] == 0:
            sleep_ms(slow["sleep_ms"])
        else:
            sleep_ms(spec["sleep_ms"][index])
        seen["end_ms"] = now_ms()
        return iter([(index, one) for one in before + [seen]])

    return run


def stage(lengths, gang=False, **more):
    """A stage: one task for each length. Its parent is the stage before it,
    unless `parents` says otherwise."""
    return dict(tasks=len(lengths), gang=gang, sleep_ms=lengths, **more)


# ---- what the driver does -------------------------------------------------


class Lab:
    """One application: its context, and what it knows of its jobs."""

    def __init__(self, sc, markers):
        self.sc = sc
        self.markers = markers
        self.t0 = now_ms()
        self.jobs = []
        self.threads = []

    def build(self, name, stages):
        made = []
        for n, spec in enumerate(stages):
            width = spec["tasks"]
            parents = spec.get("parents", [n - 1] if n else [])
            if parents:
                each = width // len(parents)
                inputs = [
                    made[p].partitionBy(each, lambda key: key)
                    for p in parents
                ]
                rdd = self.sc.union(inputs) if each < width else inputs[0]
            else:
                rdd = self.sc.parallelize(range(width), width)
            if spec["gang"]:
                rdd = rdd.barrier()
            what = "%s.%d" % (name, n)
            work = body(spec, self.markers, what, not parents)
            made.append(rdd.mapPartitionsWithIndex(work))
        return made[-1]

    def run(self, name, stages, pool=None, at_ms=None):
        """Submits a job now, or at_ms after t0, and waits for its end."""
        if at_ms is not None:
            sleep_ms(max(0, self.t0 + at_ms - now_ms()))
        self.sc.setLocalProperty("spark.scheduler.pool", pool)
        self.sc.setJobDescription(name)
        rdd = self.build(name, stages)
        job = {"name": name, "pool": pool, "stages": stages}
        seen = {"submit_ms": now_ms() - self.t0}
        self.jobs.append((job, seen))
        try:
            seen["tasks"] = [one for _, one in rdd.collect()]
            seen["outcome"] = "succeeded"
        except Py4JJavaError as error:
            text = error.java_exception.getMessage() or ""
            seen["outcome"] = "failed"
            seen["message"] = text.splitlines()[0][:400]
        except (Py4JError, OSError):
            seen["outcome"] = "cut off"
        seen["end_ms"] = now_ms() - self.t0
        seen.get("tasks", []).sort(key=lambda one: one["task"])
        for one in seen.get("tasks", []):
            self.shift(one)

    def shift(self, one):
        """Times of the epoch become times after t0."""
        for times in [one] + one.get("syncs", []):
            for key in times:
                if key.endswith("_ms"):
                    times[key] -= self.t0

    def start(self, name, stages, pool=None, at_ms=0):
        """The same in a thread of its own."""
        thread = InheritableThread(
            target=self.run, args=(name, stages, pool, at_ms)
        )
        thread.start()
        self.threads.append(thread)

    def join(self):
        for thread in self.threads:
            thread.join()
        self.threads = []


def scenario(executors, cores, hosts=1, pools=None, **conf):
    """Registers a scenario; a conf key is written with _ for the dot, and __
    for the upper case of the next letter."""

    def register(function):
        SCENARIOS[function.__name__] = dict(
            run=function,
            executors=executors,
            cores=cores,
            hosts=hosts,
            pools=pools,
            conf=conf,
        )
        return function

    return register


def conf_key(word):
    key = "spark." + word.replace("__", "^").replace("_", ".")
    while "^" in key:
        at = key.index("^")
        key = key[:at] + key[at + 1].upper() + key[at + 2 :]
    return key


# ---- the scenarios --------------------------------------------------------


@scenario(executors=4, cores=1)
def barrier_ok(lab):
    """Prepare in parallel, train as a gang with one barrier(), then infer."""
    first = [3000, 500, 1000, 2000]
    lab.run(
        "pipeline",
        [
            stage([600, 800, 1000, 1200, 600, 800, 1000, 1200]),
            stage(
                [500, 1500, 1000, 700],
                gang=True,
                syncs=[{"kind": "barrier", "sleep_ms": first}],
            ),
            stage([400, 900]),
        ],
    )


@scenario(executors=4, cores=1)
def barrier_retry(lab):
    """A member of a map-stage gang fails once. The first gang leaves room for
    its retry, the second fills the slots."""
    lab.run(
        "room",
        [
            stage(
                [2000, 2000],
                gang=True,
                fails=[
                    {"index": 1, "after_ms": 700, "times": 1, "how": "raise"}
                ],
            ),
            stage([300, 300]),
        ],
    )
    lab.run(
        "full",
        [
            stage(
                [2500, 2000, 1500, 2000],
                gang=True,
                fails=[
                    {"index": 2, "after_ms": 500, "times": 1, "how": "raise"}
                ],
            ),
            stage([300, 300]),
        ],
    )


@scenario(executors=4, cores=1)
def barrier_result_fails(lab):
    """A member of a result-stage gang fails: no retry, the job fails."""
    lab.run(
        "gang",
        [
            stage([500, 500, 500, 500]),
            stage(
                [2000, 2000, 2000],
                gang=True,
                fails=[
                    {"index": 0, "after_ms": 800, "times": 1, "how": "raise"}
                ],
            ),
        ],
    )
    lab.run("after", [stage([500, 500])])


@scenario(executors=4, cores=1)
def barrier_abort(lab):
    """A member fails in every attempt: the fourth fails the job."""
    lab.run(
        "gang",
        [
            stage(
                [1000, 1000],
                gang=True,
                fails=[
                    {"index": 0, "after_ms": 400, "times": 9, "how": "raise"}
                ],
            ),
            stage([300]),
        ],
    )
    lab.run("after", [stage([300, 300])])


@scenario(executors=4, cores=1)
def barrier_two_fail(lab):
    """Two of three members fail at nearly the same time: one retry."""
    lab.run(
        "gang",
        [
            stage(
                [1500, 1500, 1500],
                gang=True,
                fails=[
                    {"index": 0, "after_ms": 600, "times": 1, "how": "raise"},
                    {"index": 1, "after_ms": 650, "times": 1, "how": "raise"},
                ],
            ),
            stage([300]),
        ],
    )


@scenario(
    executors=4,
    cores=1,
    scheduler_barrier_max__concurrent__tasks__check_interval="1s",
    scheduler_barrier_max__concurrent__tasks__check_max__failures="3",
)
def too_wide(lab):
    """A gang of five on four slots, as a result and as a map stage."""
    lab.run("result", [stage([500] * 5, gang=True)])
    lab.run("map", [stage([500] * 5, gang=True), stage([500])])
    lab.run("after", [stage([500, 500])])


@scenario(executors=4, cores=1)
def sync(lab):
    """Members that arrive at different times at six syncs."""
    arrivals = [
        ("barrier", [0, 0, 0, 0]),
        ("allGather", [200, 700, 1200, 1700]),
        ("barrier", [2500, 100, 100, 100]),
        ("allGather", [300, 300, 300, 1300]),
        ("barrier", [50, 1050, 2050, 3050]),
        ("allGather", [0, 0, 0, 0]),
    ]
    syncs = [{"kind": kind, "sleep_ms": ms} for kind, ms in arrivals]
    lab.run("gang", [stage([200, 400, 600, 800], gang=True, syncs=syncs)])


@scenario(executors=4, cores=1, barrier_sync_timeout="4s")
def sync_timers(lab):
    """A gang whose last member comes after the timeout, beside a gang that
    syncs all the time; then the first alone."""
    late = [{"kind": "barrier", "sleep_ms": [0, 9000]}]
    busy = [{"kind": "barrier", "sleep_ms": [300, 300]}] * 7
    lab.start("late", [stage([300, 300], gang=True, syncs=late)])
    lab.start(
        "busy", [stage([100, 100], gang=True, syncs=busy)], at_ms=1000
    )
    lab.join()
    lab.run("alone", [stage([300, 300], gang=True, syncs=late)])


@scenario(executors=2, cores=2)
def two_gangs(lab):
    """Two jobs of two gangs each; a gang needs three of the four slots."""

    def stages():
        return [
            stage([1500, 2000, 2500], gang=True),
            stage([1200, 1200, 1800], gang=True),
        ]

    lab.start("first", stages())
    lab.start("second", stages(), at_ms=300)
    lab.start("narrow", [stage([1000, 1000])], at_ms=600)
    lab.join()


def starve(lab, gang_pool, narrow_pool):
    """A gang of all slots in a stream of one-task jobs, 3/4 of the slots."""
    for n in range(20):
        lab.start("narrow%d" % n, [stage([1500])], narrow_pool, n * 500)
    lab.start(
        "gang", [stage([1000] * 4, gang=True)], gang_pool, at_ms=2200
    )
    lab.join()


@scenario(executors=2, cores=2)
def starve_fifo(lab):
    """The gang comes into the stream; the stream lasts ten seconds."""
    starve(lab, None, None)


@scenario(
    executors=2,
    cores=2,
    pools={"gang": (10, 4, "FIFO"), "narrow": (1, 0, "FIFO")},
    scheduler_mode="FAIR",
)
def starve_fair(lab):
    """The same, with every preference that pools can give to the gang."""
    starve(lab, "gang", "narrow")


@scenario(executors=2, cores=2)
def starve_backlog(lab):
    """A gang that heads the queue before a backlog of plain tasks."""
    lab.start("running", [stage([1000, 1400, 1800, 2200])])
    lab.start("gang", [stage([1000] * 3, gang=True)], at_ms=300)
    lab.start("backlog", [stage([1000] * 20)], at_ms=600)
    lab.join()


@scenario(executors=4, cores=1)
def task_retry(lab):
    """A plain task fails twice and then succeeds; another one fails always."""
    lab.run(
        "twice",
        [
            stage(
                [1000, 1000, 1000, 1000, 500, 500],
                fails=[
                    {"index": 1, "after_ms": 400, "times": 2, "how": "raise"}
                ],
            ),
            stage([300, 300]),
        ],
    )
    lab.run(
        "always",
        [
            stage(
                [4000, 300, 300],
                fails=[
                    {"index": 2, "after_ms": 300, "times": 9, "how": "raise"}
                ],
            )
        ],
    )
    lab.run("after", [stage([300, 300])])


@scenario(
    executors=3,
    cores=2,
    hosts=3,
    speculation="true",
    speculation_quantile="0.5",
    speculation_multiplier="1.5",
    speculation_efficiency_enabled="false",
)
def speculation(lab):
    """One slow task of six; its copy is fast. Then a gang with a slow member,
    which gets no copy."""
    slow = {"index": 3, "sleep_ms": 9000}
    lab.run("plain", [stage([1000] * 6, slow=slow), stage([500, 500])])
    slow = {"index": 1, "sleep_ms": 4000}
    lab.run("gang", [stage([1000] * 4, gang=True, slow=slow)])


@scenario(
    executors=2,
    cores=2,
    pools={
        "a": (1, 0, "FIFO"),
        "b": (3, 0, "FAIR"),
        "c": (1, 2, "FIFO"),
    },
    scheduler_mode="FAIR",
)
def fair_pools(lab):
    """Six jobs in three pools and one in a pool that nobody declared."""
    lab.start("a1", [stage([700] * 10)], "a", 0)
    lab.start("a2", [stage([700] * 4)], "a", 200)
    lab.start("b1", [stage([600] * 8)], "b", 400)
    lab.start("b2", [stage([600] * 8)], "b", 900)
    lab.start("c1", [stage([800] * 5)], "c", 1500)
    lab.start("c2", [stage([800] * 3)], "c", 1800)
    lab.start("d1", [stage([500] * 4)], "d", 2500)
    lab.join()


@scenario(executors=4, cores=1)
def exec_lost(lab):
    """An executor dies under a member of a map-stage gang."""
    lab.run(
        "gang",
        [
            stage(
                [3000] * 4,
                gang=True,
                fails=[
                    {
                        "index": 1,
                        "after_ms": 1000,
                        "times": 1,
                        "how": "kill-executor",
                    }
                ],
            ),
            stage([300, 300]),
        ],
    )


@scenario(executors=4, cores=1, barrier_sync_timeout="4s")
def lost_output(lab):
    """An executor with the output of a finished gang dies before the stage
    that reads it is submitted."""
    lab.run(
        "gang",
        [
            stage(
                [300, 300],
                gang=True,
                syncs=[{"kind": "barrier", "sleep_ms": [300, 300]}],
            ),
            stage(
                [9000, 9000, 1500, 1500],
                parents=[],
                fails=[
                    {
                        "index": 2,
                        "after_ms": 1000,
                        "times": 1,
                        "how": "kill-executor",
                    }
                ],
            ),
            stage([300, 300], parents=[0, 1]),
        ],
    )


@scenario(executors=4, cores=1)
def killed(lab):
    """The driver is killed under a gang: the log stays as it is."""
    lab.run("whole", [stage([300, 300], gang=True)])
    lab.start("cut", [stage([300] * 4), stage([9000] * 3, gang=True)])
    sleep_ms(3000)
    handle = lab.sc._jvm.java.lang.ProcessHandle.current()
    os.kill(handle.pid(), signal.SIGKILL)
    lab.join()


# ---- the application ------------------------------------------------------


def write_pools(pools, path):
    with open(path, "w", encoding="ascii") as file:
        file.write("<allocations>\n")
        for name, (weight, share, mode) in pools.items():
            file.write(
                '  <pool name="%s"><schedulingMode>%s</schedulingMode>'
                "<weight>%d</weight><minShare>%d</minShare></pool>\n"
                % (name, mode, weight, share)
            )
        file.write("</allocations>\n")


def start_cluster(plan, folder):
    """A standalone master and one worker on each of several addresses."""
    tool = os.path.join(os.environ["SPARK_HOME"], "bin", "spark-class")
    package = "org.apache.spark.deploy."
    url = "spark://127.0.0.1:17077"
    commands = [
        [package + "master.Master", "--host", "127.0.0.1", "--port", "17077"]
    ]
    for n in range(plan["hosts"]):
        commands.append(
            [package + "worker.Worker", "--host", "127.0.0.%d" % (11 + n)]
            + ["--cores", str(plan["cores"]), "--memory", "512m"]
            + ["--work-dir", folder, url]
        )
    made = []
    for command in commands:
        command = [tool] + command + ["--webui-port", "0"]
        with open(os.path.join(folder, "out"), "ab") as out:
            made.append(subprocess.Popen(command, stdout=out, stderr=out))
        time.sleep(3)
    return url, made


def context(name, plan, args, folder):
    conf = SparkConf().setAppName(name)
    processes = []
    if plan["hosts"] > 1:
        master, processes = start_cluster(plan, folder)
    else:
        master = "local-cluster[%d,%d,512]"
        master %= (plan["executors"], plan["cores"])
    logs = os.path.join(os.path.abspath(args.out), name)
    os.makedirs(logs)
    conf.setMaster(master)
    conf.set("spark.driver.host", "localhost")
    conf.set("spark.executor.memory", "512m")
    conf.set("spark.ui.enabled", "false")
    conf.set("spark.eventLog.enabled", "true")
    conf.set("spark.eventLog.dir", "file://" + logs)
    if args.single:
        conf.set("spark.eventLog.rolling.enabled", "false")
    for word, value in plan["conf"].items():
        conf.set(conf_key(word), value)
    if plan["pools"]:
        path = os.path.join(folder, "pools.xml")
        write_pools(plan["pools"], path)
        conf.set("spark.scheduler.allocation.file", "file://" + path)
    return SparkContext(conf=conf), processes


def wait_for_executors(sc, count):
    while sc._jsc.sc().getExecutorMemoryStatus().size() < count + 1:
        time.sleep(0.1)


def laid_out(value, depth=0):
    """JSON text: what is short stands on one line."""
    flat = json.dumps(value)
    if len(flat) + depth <= 78 or not isinstance(value, (dict, list)):
        return flat
    if isinstance(value, dict):
        inner = [
            json.dumps(key) + ": " + laid_out(one, depth + 1)
            for key, one in value.items()
        ]
    else:
        inner = [laid_out(one, depth + 1) for one in value]
    open_, close = "{}" if isinstance(value, dict) else "[]"
    pad = "\n" + " " * depth
    return open_ + pad + " " + (("," + pad + " ").join(inner)) + pad + close


def write_expected(name, plan, lab, path):
    order = sorted(lab.jobs, key=lambda pair: pair[1]["submit_ms"])
    slots = plan["executors"] * plan["cores"]
    pools = plan["pools"] or {}
    expected = {
        "scenario": name,
        "about": " ".join(plan["run"].__doc__.split()),
        "spark": pyspark.__version__,
        "executors": plan["executors"],
        "cores": plan["cores"],
        "hosts": plan["hosts"],
        "slots": slots,
        "conf": {conf_key(w): v for w, v in plan["conf"].items()},
        "pools": {
            pool: {"weight": weight, "minShare": share, "mode": mode}
            for pool, (weight, share, mode) in pools.items()
        },
        "t0_ms": lab.t0,
        "jobs": [
            dict(job, submit_ms=seen["submit_ms"]) for job, seen in order
        ],
        "observed": [
            dict(name=job["name"], **seen) for job, seen in order
        ],
    }
    with open(path, "w", encoding="ascii") as file:
        file.write(laid_out(expected) + "\n")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("name", choices=sorted(SCENARIOS))
    parser.add_argument("--out", required=True)
    parser.add_argument("--single", action="store_true", help="never roll")
    args = parser.parse_args()
    plan = SCENARIOS[args.name]
    os.environ["PYSPARK_PYTHON"] = sys.executable
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    os.environ.setdefault("SPARK_HOME", os.path.dirname(pyspark.__file__))
    folder = tempfile.mkdtemp()
    processes = []
    try:
        sc, processes = context(args.name, plan, args, folder)
        wait_for_executors(sc, plan["executors"])
        lab = Lab(sc, folder)
        # The first Python task of an executor is slow to start.
        slots = plan["executors"] * plan["cores"]
        lab.run("warm-up", [stage([300] * slots), stage([100] * slots)])
        warm = lab.t0
        lab.t0 = now_ms() + 500
        for _, seen in lab.jobs:
            seen["submit_ms"] += warm - lab.t0
            seen["end_ms"] += warm - lab.t0
            del seen["tasks"]
        sleep_ms(500)
        plan["run"](lab)
        try:
            sc.stop()
        except (Py4JError, OSError):
            pass
        path = os.path.join(args.out, args.name + ".expected.json")
        write_expected(args.name, plan, lab, path)
    finally:
        for process in processes:
            process.terminate()
            process.wait()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
