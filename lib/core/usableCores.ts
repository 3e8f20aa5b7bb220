import { availableParallelism, cpus } from "node:os";
import { dirname, join } from "node:path";
import { readIfThere } from "./files";

/**
 * Cores that this process may use, at least 1: what the system schedules it on, and no more than the quota of its control
 * groups, which Node.js 20 does not see in a container, rounded up.
 */
export function usableCores(schedulable = availableParallelism(), read = readIfThere): number {
  const quotas = groupsOf(read("/proc/self/cgroup") ?? "").flatMap((folder) => quotaOf(folder, read) ?? []);
  return Math.max(1, Math.ceil(Math.min(schedulable, ...quotas)));
}

/** "2 of 8 cores", where this process may not use all; empty where it may. */
export function coresAllowed(usable = usableCores(), all = cpus().length): string {
  return usable < all ? `${usable} of ${all} cores` : "";
}

/** The folders of this process's control groups and of those around them, of version 2 and of version 1's cpu controller. */
function groupsOf(membership: string): string[] {
  return membership.split("\n").flatMap((line) => {
    const [, controllers, path] = line.match(/^\d+:([^:]*):(.*)$/) ?? [];
    if (path === undefined) return [];
    if (controllers === "") return upwards("/sys/fs/cgroup", path);
    return controllers.split(",").includes("cpu") ? upwards(`/sys/fs/cgroup/${controllers}`, path) : [];
  });
}

function upwards(mount: string, path: string): string[] {
  return path === "/" || path === "" ? [mount] : [join(mount, path), ...upwards(mount, dirname(path))];
}

/** Cores that a group's quota allows; undefined where it sets none. */
function quotaOf(folder: string, read: typeof readIfThere): number | undefined {
  const [quota, period] =
    read(join(folder, "cpu.max"))?.split(" ") ??
    ["cpu.cfs_quota_us", "cpu.cfs_period_us"].map((name) => read(join(folder, name)) ?? "");
  const cores = Number(quota) / Number(period);
  return cores > 0 && Number.isFinite(cores) ? cores : undefined;
}
