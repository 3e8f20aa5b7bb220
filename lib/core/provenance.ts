/** Whether an asset is the one the report used, the reader's own, or the embedded one. The content decides. */
export type Provenance = "official" | "custom" | "demo";

/** What names an asset in use: where it comes from, and its content. */
export interface AssetInUse {
  provenance: Provenance;
  sha256: string;
}
