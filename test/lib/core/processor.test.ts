import assert from "node:assert/strict";
import { test } from "node:test";
import { int8Line, int8Support } from "../../../lib/core/processor";

const on = (cpuinfo: string | undefined, arch = "x64", platform = "linux") =>
  int8Support(() => cpuinfo, { arch: arch as typeof process.arch, platform: platform as typeof process.platform });

test("an instruction for int8 is found among the flags, and all of a byte is used", () => {
  const cpuinfo = "processor\t: 0\nflags\t\t: fpu avx2 avx512_vnni avx512bw\n\nprocessor\t: 1\nflags\t\t: fpu\n";
  assert.deepEqual(on(cpuinfo), { instructions: "AVX-512 VNNI", mostWeight: 127 });
  assert.match(int8Line(on(cpuinfo)), /AVX-512 VNNI/);
  assert.equal(on("flags : avx2 avx_vnni").instructions, "AVX VNNI");
  assert.equal(on("Features : fp asimd asimddp", "arm64").mostWeight, 127);
  assert.ok(on(undefined, "arm64", "darwin").instructions);
});

test("without one, or where nothing tells, x86 keeps weights to 7 bits, and that is said", () => {
  for (const cpuinfo of ["flags : fpu avx2 avx512f avx512_vnniX", "no flags here", undefined]) {
    assert.deepEqual(on(cpuinfo), { mostWeight: 64 });
    assert.match(int8Line(on(cpuinfo)), /VNNI.*7 bits/);
  }
  assert.deepEqual(on("Features : fp asimd", "arm64"), { mostWeight: 127 });
  assert.doesNotMatch(int8Line(on("Features : fp asimd", "arm64")), /7 bits/);
});

test("of this processor something is said in one line", () => {
  assert.match(int8Line(int8Support()), /^[^\n]*int8[^\n]*\.$/);
});
