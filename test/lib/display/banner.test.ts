import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { type AssetsInUse, bannerHtml, showBanner, sourceLine } from "../../../lib/display/banner";
import { root } from "../../../lib/core/paths";
import { shownInKernel } from "./fakeKernel";

const engine = { name: "Engine", version: "1.2.3", threads: 2 };

function assets(weights: "official" | "custom" | "demo", images: "official" | "custom" | "demo"): AssetsInUse {
  return {
    weights: { provenance: weights, file: join(root, "data", "w.pth"), sha256: "0123456789abcdef" },
    images: { provenance: images, folder: "/home/someone/<pictures>", sha256: "fedcba9876543210", notes: [] },
  };
}

test("what is worth saying of the images follows their name", async () => {
  const { weights, images } = assets("demo", "custom");
  const noted = { weights, images: { ...images, notes: ["96 × 96", "<b> ignored"] } };
  assert.match(bannerHtml(noted, engine), /sha256 fedcba987654…\); 96 × 96; &lt;b&gt; ignored/);
});

test("the source line names both provenances", () => {
  assert.equal(sourceLine(assets("custom", "demo")), "weights: custom · images: demo");
});

test("one demo asset makes the numbers demo numbers; only official ones compare with the report's", () => {
  for (const used of [assets("demo", "official"), assets("official", "demo"), assets("custom", "demo")])
    assert.match(bannerHtml(used, engine), /Demo numbers – not comparable/);
  assert.match(bannerHtml(assets("custom", "official"), engine), /Custom weights or images/);
  assert.match(bannerHtml(assets("official", "official"), engine), /Official weights and images, as in the report/);
});

test("the banner says which files and engine, without telling whose machine it is", async () => {
  const [{ type, content }] = await shownInKernel(() => showBanner(assets("demo", "custom"), engine));
  assert.equal(type, "text/html");
  assert.match(content, /weights: demo \(data\/w\.pth, sha256 0123456789ab…\)/);
  assert.match(content, /images: custom \(&lt;pictures&gt;, sha256/);
  assert.match(content, /engine: Engine 1\.2\.3<span class="machine">, threads: 2/);
  assert.equal(content.includes(root) || content.includes("someone"), false);
});

test("it says how many cores may be used where these are not all, as a fact of the machine", () => {
  const used = assets("demo", "demo");
  assert.match(bannerHtml(used, engine, [], ""), /<span class="machine">, threads: 2<\/span>/);
  const limited = bannerHtml(used, engine, [], "1 of 8 cores");
  assert.match(limited, /<span class="machine">, threads: 2 \(this process may use 1 of 8 cores\)<\/span>/);
});

test("what was read of the reader's own network stands beside its file", () => {
  const used = assets("custom", "custom");
  const weights = { ...used.weights, network: "ResNet-50, <10> classes" };
  assert.match(bannerHtml({ ...used, weights }), /sha256 0123456789ab…\): ResNet-50, &lt;10&gt; classes<br>/);
});

test("settings that are not the report's stand under the box, and nothing where there are none", () => {
  const used = assets("demo", "demo");
  assert.equal(bannerHtml(used, engine, []), bannerHtml(used, engine));
  const varied = bannerHtml(used, engine, ["threshold: 0.9 instead of 0.95", "layers: <none>"]);
  assert.ok(varied.startsWith(bannerHtml(used, engine)));
  assert.match(varied, /Not the report’s settings.*\n?.*threshold: 0\.9 instead of 0\.95; layers: &lt;none&gt;<\/p>$/);
});
