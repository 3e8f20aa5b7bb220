import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../core/paths";

/** A text in both languages. */
export type Bilingual = Record<"english" | "persian", string>;

/** A matrix of the report's chapter 2: its sides, how many singular values it has, and how many carry 95 % of the variance. */
export type ReportedLayer = Record<"rows" | "columns" | "singularValues" | "rank", number>;

/** One of the report's three models, tables 3-1 and 4-1. */
export interface ReportedHead {
  keep: number;
  rank: number;
  /** Of the whole network. */
  parameters: number;
  /** Test images of 512 classified correctly, before and after recovery. */
  correct: number;
  correctAfter: number;
  /** Accuracy in per cent as printed, before and after recovery. */
  before: number;
  after: number;
  ms: number;
}

/** Something that the report says, and where this project's evidence stands. */
export interface ReportedClaim extends Bilingual {
  chapter: number;
  reported: string | number;
  /** Where it is more than numbers. */
  reportedPersian?: string;
  evidence: Bilingual;
  /** What would settle it where it is not comparable, if it can be that. */
  settledBy?: string;
}

/** What the report printed, and its settings. */
export interface Report {
  /** By chapter: what the notebook's `parameters` cell holds; where the report names no value, this project's. */
  settings: Record<string, Record<string, unknown>>;
  /** Classes of its heads. */
  classes: number;
  layers: Record<string, ReportedLayer>;
  /** The uncompressed head first. */
  heads: ReportedHead[];
  claims: Record<string, ReportedClaim>;
}

/** The content of data/report.json. */
export const report: Report = JSON.parse(readFileSync(join(root, "data", "report.json"), "utf8"));
