/** What each folder of lib/ may import, beside itself. */
const layers = {
  core: [],
  linalg: ["core"],
  statistics: ["core"],
  assets: ["core"],
  display: ["core", "statistics"],
  claims: ["core", "statistics", "display"],
  network: ["core", "linalg", "statistics", "assets"],
  engines: ["core", "linalg", "statistics", "assets", "network"],
  training: ["core", "linalg", "statistics", "assets", "network", "engines"],
  compression: ["core", "linalg", "statistics", "assets", "network", "engines", "training"],
};

/** Takes what chapter 7 needs from any layer. */
const door = "^lib/compression/index\\.ts$";

const upward = Object.entries(layers).map(([folder, below]) => ({
  name: `${folder}-imports-upward`,
  comment: `lib/${folder} may import ${below.join(", ") || "no other folder"}`,
  severity: "error",
  from: { path: `^lib/${folder}/`, pathNot: door },
  to: { path: "^lib/", pathNot: [folder, ...below].map((name) => `^lib/${name}/`) },
}));

module.exports = {
  forbidden: [
    ...upward,
    {
      name: "no-other-folder",
      comment: "a new folder of lib/ needs its place among the layers",
      severity: "error",
      from: { path: "^lib/", pathNot: [`^lib/(cli|${Object.keys(layers).join("|")})/`, "^lib/index\\.ts$"] },
      to: {},
    },
    { name: "no-circle", severity: "error", from: {}, to: { circular: true } },
    {
      name: "doors-are-for-notebooks",
      comment: "lib/index.ts and lib/compression/index.ts are what notebooks import; inside lib/ a file imports what it needs",
      severity: "error",
      from: { path: "^lib/" },
      to: { path: "^lib/(compression/)?index\\.ts$" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true, // an import of a type alone counts too
  },
};
