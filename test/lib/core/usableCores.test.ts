import assert from "node:assert/strict";
import { availableParallelism } from "node:os";
import { test } from "node:test";
import { coresAllowed, usableCores } from "../../../lib/core/usableCores";

/** The cores of a process on an eight-core machine whose control groups have these files. */
const coresWith = (files: Record<string, string>) => usableCores(8, (file) => files[file]);

test("without control groups all cores that the system schedules on count", () => {
  assert.equal(coresWith({}), 8);
  assert.equal(coresWith({ "/proc/self/cgroup": "0::/", "/sys/fs/cgroup/cpu.max": "max 100000" }), 8);
  assert.ok(usableCores() >= 1 && usableCores() <= availableParallelism());
});

test("version 2: the tightest quota on the way up counts", () => {
  const files = {
    "/proc/self/cgroup": "0::/pod/container",
    "/sys/fs/cgroup/pod/container/cpu.max": "300000 100000",
    "/sys/fs/cgroup/pod/cpu.max": "200000 100000",
  };
  assert.equal(coresWith(files), 2);
});

test("version 1: quota over period; minus one is none", () => {
  const files = (quota: string) => ({
    "/proc/self/cgroup": "4:memory:/a\n3:cpu,cpuacct:/a",
    "/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us": quota,
    "/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_period_us": "100000",
  });
  assert.equal(coresWith(files("150000")), 2);
  assert.equal(coresWith(files("-1")), 8);
});

test("a quota of part of a core leaves one", () => {
  assert.equal(coresWith({ "/proc/self/cgroup": "0::/", "/sys/fs/cgroup/cpu.max": "50000 100000" }), 1);
});

test("a limit is said, and only where there is one", () => {
  assert.equal(coresAllowed(1, 8), "1 of 8 cores");
  assert.equal(coresAllowed(8, 8), "");
});
